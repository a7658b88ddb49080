use super::pack::extra_fields;
use super::*;
use crate::interchange::save;
use std::io::{Seek, SeekFrom};
use std::path::PathBuf;

struct File(PathBuf);

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn file(name: &str, bytes: &[u8]) -> File {
    let path = std::env::temp_dir().join(format!("tendon-archive-{name}-{}", std::process::id()));
    std::fs::write(&path, bytes).unwrap();
    File(path)
}

fn pack(name: &str, entries: &[(&str, &[u8], bool)]) -> File {
    let made = file(name, &[]);
    save::atomically(&made.0, |out| {
        let mut writer = Writer::new(out, &made.0);
        for &(name, bytes, compress) in entries {
            writer.entry(name, bytes.len() as u64, compress, 64, |sink| {
                bytes.chunks(1000).try_for_each(|part| sink.put(part))
            })?;
        }
        writer.finish()
    })
    .unwrap();
    made
}

#[track_caller]
fn refused(bytes: &[u8], words: &str) {
    let made = file(&format!("bad-{}", std::panic::Location::caller().line()), bytes);
    let error = Archive::open(&Source::open(&made.0, false).unwrap()).unwrap_err();
    assert_eq!(error.status(), status::FORMAT, "{error}");
    assert!(error.message().contains(words), "{error}");
}

fn noise(n: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as u8
    };
    (0..n).map(|_| next()).collect()
}

#[test]
fn what_is_packed_comes_out() {
    let (zeros, noise) = (vec![0; 300_000], noise(200_001));
    let made = pack(
        "roundtrip",
        &[
            ("a", b"abc", false),
            ("zeros", &zeros, true),
            ("empty", b"", true),
            ("none", b"", false),
            ("noise", &noise, true),
            ("größe", &noise, false),
        ],
    );
    for mmap in [false, true] {
        let source = Source::open(&made.0, mmap).unwrap();
        let archive = Archive::open(&source).unwrap();
        let names: Vec<_> = archive.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a", "zeros", "empty", "none", "noise", "größe"]);
        let whole = |name: &str| archive.get(name).unwrap().whole(&source, name, 1 << 20).unwrap();
        assert_eq!(whole("a"), b"abc");
        assert!(whole("zeros") == zeros && whole("noise") == noise && whole("größe") == noise);
        assert!(whole("empty").is_empty() && whole("none").is_empty());
        assert!(archive.get("zeros").unwrap().packed < 1000);
        let stored = archive.get("größe").unwrap();
        assert_eq!((stored.method, stored.at % 64), (Method::Stored, 0));
        let error = stored.whole(&source, "größe", 10).unwrap_err();
        assert_eq!(error.status(), status::FORMAT);
    }
}

#[test]
fn damage_is_seen() {
    let noise = noise(100_000);
    for compress in [false, true] {
        let made = pack("damage", &[("x", &noise, compress)]);
        let mut bytes = std::fs::read(&made.0).unwrap();
        bytes[5000] ^= 4;
        std::fs::write(&made.0, bytes).unwrap();
        let source = Source::open(&made.0, false).unwrap();
        let archive = Archive::open(&source).unwrap();
        let error = archive.get("x").unwrap().whole(&source, "x", 1 << 20).unwrap_err();
        assert!(error.status() == status::FORMAT && error.message().contains("is damaged"), "{error}");
    }
}

/// Changes bytes of the directory's first entry.
fn with_directory(bytes: &[u8], at: usize, new: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let first = bytes.windows(4).position(|w| w == CENTRAL.to_le_bytes()).unwrap();
    bytes[first + at..first + at + new.len()].copy_from_slice(new);
    bytes
}

#[test]
fn hostile_archives_are_refused() {
    let made = pack("hostile", &[("one", b"11111111", false), ("two", b"22222222", false)]);
    let good = std::fs::read(&made.0).unwrap();
    refused(b"", "no end record");
    refused(b"PK\x05\x06", "no end record");
    refused(&good[..good.len() - 1], "no end record");
    refused(&[&good[..], b"x"].concat(), "no end record");
    refused(&with_directory(&good, 20, &[0xf0, 0xff, 0, 0, 0xf0, 0xff, 0, 0]), "more than there are");
    refused(&with_directory(&good, 24, &[9, 0, 0, 0]), "cannot hold 9 bytes in 8");
    refused(&with_directory(&good, 42, &[1, 0, 0, 0]), "has no header");
    refused(&with_directory(&good, 42, &[0xff; 4]), "ends within an entry");
    refused(&with_directory(&good, 46, b"two"), "has no header");
    refused(&with_directory(&good, 46, &[0xff]), "not UTF-8");
    // Deflated to 2000 times its size.
    let bomb = with_directory(&with_directory(&good, 10, &[8, 0]), 24, &16_000u32.to_le_bytes());
    refused(&bomb, "cannot hold 16000 bytes in 8");
    let mut count = good.clone();
    let n = count.len();
    count[n - 14..n - 10].copy_from_slice(&[0xf0, 0xff, 0xf0, 0xff]);
    refused(&count, "do not fit");
    // The first entry twice.
    let second = good.windows(4).rposition(|w| w == CENTRAL.to_le_bytes()).unwrap();
    let first = good.windows(4).position(|w| w == CENTRAL.to_le_bytes()).unwrap();
    let mut twice = good.clone();
    twice.copy_within(first..second, second);
    refused(&twice, "twice");
    // An entry from its own bytes, at 64, to the end of the other's, at 128.
    let both = [72u32.to_le_bytes(), 72u32.to_le_bytes()].concat();
    refused(&with_directory(&good, 20, &both), "share bytes");
}

#[test]
fn encrypted_entries_and_other_methods_are_named() {
    let made = pack("methods", &[("one", b"11111111", false)]);
    let good = std::fs::read(&made.0).unwrap();
    let locked = file("locked", &with_directory(&good, 8, &[1]));
    let error = Archive::open(&Source::open(&locked.0, false).unwrap()).unwrap_err();
    assert_eq!(error.status(), status::UNSUPPORTED);
    let zstd = file("zstd", &with_directory(&good, 10, &[93]));
    let source = Source::open(&zstd.0, false).unwrap();
    let archive = Archive::open(&source).unwrap();
    let error = archive.get("one").unwrap().whole(&source, "one", 100).unwrap_err();
    assert!(error.status() == status::UNSUPPORTED && error.message().contains("93"), "{error}");
}

#[test]
fn sizes_beyond_32_bits_have_their_fields() {
    for at in 0..200 {
        for wide in [false, true] {
            let extra = extra_fields(at, wide, 64);
            assert_eq!((at + extra.len() as u64) % 64, 0);
            assert_eq!(wide_field(&extra).len(), if wide { 16 } else { 0 });
        }
    }
    // A directory that lies far behind.
    let made = file("wide", &[]);
    save::atomically(&made.0, |out| {
        let mut writer = Writer::new(out, &made.0);
        writer.entry("small", 3, false, 64, |sink| sink.put(b"abc"))?;
        // A hole, which takes no disk.
        writer.at = 5 << 30;
        writer.out.seek(SeekFrom::Start(5 << 30)).unwrap();
        writer.entry("late", 3, false, 64, |sink| sink.put(b"xyz"))?;
        writer.finish()
    })
    .unwrap();
    let source = Source::open(&made.0, false).unwrap();
    let archive = Archive::open(&source).unwrap();
    assert_eq!(archive.get("late").unwrap().at, (5 << 30) + 64);
    assert_eq!(archive.get("late").unwrap().whole(&source, "late", 9).unwrap(), b"xyz");
    assert_eq!(archive.get("small").unwrap().whole(&source, "small", 9).unwrap(), b"abc");
}

// ---- beside the `zip` crate ----

#[test]
fn the_zip_crate_reads_what_is_packed() {
    let (zeros, noise) = (vec![0; 300_000], noise(70_001));
    let entries: [(&str, &[u8], bool); 5] = [
        ("a", b"abc", false),
        ("zeros", &zeros, true),
        ("empty", b"", true),
        ("noise", &noise, true),
        ("größe", &noise, false),
    ];
    let made = pack("judged", &entries);
    let mut judge = zip::ZipArchive::new(std::fs::File::open(&made.0).unwrap()).unwrap();
    assert_eq!(judge.len(), entries.len());
    for (i, (name, bytes, _)) in entries.into_iter().enumerate() {
        let mut entry = judge.by_index(i).unwrap();
        let mut got = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut got).unwrap();
        assert_eq!(entry.name().unwrap(), name);
        assert!(got == bytes, "{name}");
    }
}

#[test]
fn what_the_zip_crate_packs_is_read() {
    use std::io::Write;
    let (zeros, noise) = (vec![0; 300_000], noise(70_001));
    for (name, large) in [("zip-small", false), ("zip-64", true)] {
        let made = file(name, &[]);
        let mut judge = zip::ZipWriter::new(std::fs::File::create(&made.0).unwrap());
        for (name, bytes, method) in [
            ("stored", &noise, zip::CompressionMethod::Stored),
            ("deflated/zeros", &zeros, zip::CompressionMethod::Deflated),
            ("deflated/noise", &noise, zip::CompressionMethod::Deflated),
        ] {
            let options = zip::write::SimpleFileOptions::default().compression_method(method).large_file(large);
            judge.start_file(name, options).unwrap();
            judge.write_all(bytes).unwrap();
        }
        judge.finish().unwrap();
        let source = Source::open(&made.0, false).unwrap();
        let archive = Archive::open(&source).unwrap();
        let whole = |name: &str| archive.get(name).unwrap().whole(&source, name, 1 << 20).unwrap();
        assert!(whole("stored") == noise && whole("deflated/noise") == noise && whole("deflated/zeros") == zeros);
    }
}
