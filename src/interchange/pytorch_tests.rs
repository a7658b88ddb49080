//! Pickles of checkpoints, broken at random: each is refused with a reason or makes a list of tensors.

use super::*;
use crate::error::status;
use crate::interchange::mutate::{Dice, cases, mutated};
use std::fs;

fn pickles() -> Vec<Vec<u8>> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/pytorch");
    let pickle = |name: &&str| {
        let source = Source::open(&data.join(name).with_extension("pt"), false).unwrap();
        let archive = Archive::open(&source).unwrap();
        let prefix = prefix(&archive).unwrap().to_string();
        record(&source, &archive, &prefix, "data.pkl", MAX_PICKLE).unwrap()
    };
    ["dtypes", "training", "protocol4", "shared", "lone", "others"].iter().map(pickle).collect()
}

fn names(pickle: &[u8]) -> Result<usize> {
    let unpickled = unpickle(pickle, &mut Words::new(pickle.len()))?;
    Ok(Flat::of(&unpickled.values, unpickled.top, pickle.len())?.tensors.len())
}

#[test]
fn broken_pickles_are_refused() {
    let seeds = pickles();
    let sound: usize = seeds.iter().map(|pickle| names(pickle).unwrap()).sum();
    assert_eq!(sound, 15 + 21 + 21 + 8 + 1 + 3);
    let mut dice = Dice::new(3);
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..cases(100_000, 1_000_000) {
        let pickle =
            mutated(&seeds, b"(.)]}tRbQqh\x85\x86\x87\x93\x94\x8a\x8cXcKJGseua012Nl\x00\xff", 0, usize::MAX, &mut dice);
        match names(&pickle) {
            Ok(_) => taken += 1,
            Err(error) => {
                refused += 1;
                assert!(matches!(error.status(), status::FORMAT | status::UNSUPPORTED), "{error}");
            }
        }
    }
    println!("taken {taken}, refused {refused}");
    assert!(taken > 1000 && refused > 1000);
}

/// The archive too, and the tensors themselves.
#[test]
fn broken_files_are_refused() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/pytorch");
    let seeds = ["shared", "lone", "deflated", "big_endian", "legacy"]
        .map(|name| fs::read(data.join(name).with_extension("pt")).unwrap());
    let path = std::env::temp_dir().join(format!("tendon-pytorch-{}", std::process::id()));
    let mut dice = Dice::new(4);
    let (mut taken, mut refused) = (0, 0);
    for case in 0..cases(5_000, 120_000) {
        fs::write(&path, mutated(&seeds, b"PK\x01\x02\x03\x04(.tRQ\x00\xff", 0, usize::MAX, &mut dice)).unwrap();
        match load(&path, &Load { mmap: Some(case % 2 == 0), names: None, device: crate::device::Device::Cpu }) {
            Ok(dict) => {
                taken += 1;
                for (_, tensor) in dict.iter().filter(|(_, tensor)| tensor.numel() < 1 << 20) {
                    crate::ops::copy::clone(tensor).unwrap();
                }
            }
            Err(error) => {
                refused += 1;
                assert!(matches!(error.status(), status::FORMAT | status::UNSUPPORTED), "{error}");
            }
        }
    }
    println!("taken {taken}, refused {refused}");
    assert!(taken > 10 && refused > 1000);
    fs::remove_file(path).unwrap();
}
