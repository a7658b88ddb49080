//! The reader and the writer beside the reference's, the crate `safetensors`.

use super::*;
use crate::device::Device;
use crate::error::{Error, status};
use crate::interchange::mutate::{Dice, cases, mutated};
use ::safetensors::SafeTensors;
use std::fs;
use std::path::PathBuf;

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("tendon-safetensors-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).unwrap();
    folder
}

fn read(path: &Path, mmap: bool) -> Result<TensorDict> {
    load(path, &Load { mmap: Some(mmap), names: None, device: Device::Cpu })
}

fn seeds() -> Vec<Vec<u8>> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/safetensors");
    ["dtypes", "float8", "misaligned", "sharded/model-00001-of-00002"]
        .map(|name| fs::read(data.join(name).with_extension("safetensors")).unwrap())
        .to_vec()
}

/// The length of the header set to what it is with `data` bytes behind it.
fn with_length(mut bytes: Vec<u8>, data: usize) -> Vec<u8> {
    if let Some(n) = bytes.len().checked_sub(8 + data) {
        bytes[..8].copy_from_slice(&(n as u64).to_le_bytes());
    }
    bytes
}

/// What this reader refuses and the reference takes.
fn stricter(error: &Error) -> bool {
    let reasons = ["stands twice in the header", "NUL inside", "more than 64 dimensions", "63 bits"];
    error.status() == status::UNSUPPORTED || reasons.iter().any(|reason| error.message().contains(reason))
}

#[test]
fn broken_files_are_judged_as_by_the_reference() {
    let folder = folder("mutated");
    let (path, seeds) = (folder.join("x"), seeds());
    let mut dice = Dice::new(1);
    let (mut taken, mut refused, mut ours_alone) = (0, 0, 0);
    for case in 0..cases(10_000, 120_000) {
        let mut bytes = mutated(&seeds, b"\"\\{}[]:,0129- \0\xff", 0, 900, &mut dice);
        if dice.below(4) > 0 && bytes.len() > 8 {
            let data = [348, 28, 27, 44][dice.below(4)];
            bytes = with_length(bytes, data);
        }
        fs::write(&path, &bytes).unwrap();
        let (ours, theirs) = (read(&path, case % 2 == 0), SafeTensors::deserialize(&bytes));
        match (ours, theirs) {
            (Ok(dict), Ok(file)) => {
                taken += 1;
                assert_eq!(dict.len(), file.len());
                for (name, tensor) in dict.iter() {
                    let theirs = file.tensor(name).unwrap();
                    assert_eq!(tensor.shape().iter().map(|&n| n as usize).collect::<Vec<_>>(), theirs.shape());
                    let mut ours = vec![0; theirs.data().len()];
                    tensor.storage().read(0, &mut ours).unwrap();
                    assert_eq!(ours, theirs.data());
                }
            }
            (Err(error), Err(_)) => {
                refused += 1;
                assert!(matches!(error.status(), status::FORMAT | status::UNSUPPORTED), "{error}");
            }
            (Err(error), Ok(_)) => {
                ours_alone += 1;
                assert!(stricter(&error), "{error}\n{}", String::from_utf8_lossy(&bytes));
            }
            (Ok(_), Err(error)) => panic!("the reference refuses it: {error}\n{}", String::from_utf8_lossy(&bytes)),
        }
    }
    println!("taken {taken}, refused {refused}, refused here alone {ours_alone}");
    assert!(taken > 100 && refused > 1000 && ours_alone > 10);
    fs::remove_dir_all(folder).unwrap();
}

/// Lists of any length, in any order, with names that need escapes.
#[test]
fn what_is_saved_the_reference_reads() {
    let folder = folder("saved");
    let path = folder.join("x");
    let mut dice = Dice::new(2);
    for _ in 0..cases(50, 1000) {
        let mut dict = TensorDict::default();
        for _ in 0..dice.below(8) {
            let shape: Vec<i64> = (0..dice.below(4)).map(|_| dice.below(4) as i64).collect();
            let dtype = DTYPES[dice.below(DTYPES.len())].1;
            let tensor = Tensor::empty(&shape, dtype, Device::Cpu).unwrap();
            let bytes: Vec<u8> = (0..tensor.storage().nbytes()).map(|_| dice.below(2) as u8).collect();
            tensor.storage().write(0, &bytes).unwrap();
            let name: String =
                (0..dice.below(5)).map(|_| ['a', '"', '\\', '\n', '\x01', 'ä', '😀'][dice.below(7)]).collect();
            dict.set(&name, tensor).unwrap();
            dict.set_metadata(&name, &name).unwrap();
        }
        save(&path, &dict).unwrap();
        let bytes = fs::read(&path).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
        assert_eq!(file.len(), dict.len());
        assert_eq!(header.metadata().as_ref().map_or(0, |texts| texts.len()), dict.metadata_len());
        for (name, tensor) in dict.iter() {
            let theirs = file.tensor(name).unwrap();
            let mut ours = vec![0; theirs.data().len()];
            tensor.storage().read(0, &mut ours).unwrap();
            assert_eq!(ours, theirs.data());
            assert_eq!(
                theirs.data().as_ptr() as usize % tensor.dtype().size(),
                bytes.as_ptr() as usize % tensor.dtype().size()
            );
        }
        // The same bytes, save for the order in which the reference puts metadata.
        if dict.metadata_len() < 2 {
            let texts = header.metadata().clone();
            assert_eq!(::safetensors::serialize(file.tensors(), texts).unwrap(), bytes);
        }
        let back = read(&path, true).unwrap();
        assert_eq!(back.metadata().collect::<Vec<_>>(), dict.metadata().collect::<Vec<_>>());
        assert_eq!(back.stats.unmappable_tensors, 0);
    }
    fs::remove_dir_all(folder).unwrap();
}
