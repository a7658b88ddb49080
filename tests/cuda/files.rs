//! Tensors of a device saved to files, and files loaded to a device.

use super::common::array::Array;
use super::common::*;
use super::process::apart;
use std::ffi::{CString, c_char};
use std::path::{Path, PathBuf};
use std::ptr::{null, null_mut};
use tendon::c_api::*;

struct Dict(*mut TensorDict);

impl Drop for Dict {
    fn drop(&mut self) {
        unsafe { tensor_dict_release(self.0) };
    }
}

fn dict(make: impl FnOnce(*mut *mut TensorDict) -> TensorStatus) -> Dict {
    let mut made = null_mut();
    check(make(&mut made)).unwrap();
    Dict(made)
}

fn of(dict: &Dict, name: &str) -> T {
    let name = text(name);
    out(|o| unsafe { tensor_dict_get(dict.0, name.as_ptr(), o) }).unwrap()
}

fn text(words: &str) -> CString {
    CString::new(words).unwrap()
}

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("tendon-cuda-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    fn file(&self, name: &str) -> CString {
        text(self.0.join(name).to_str().unwrap())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn numbers() -> Array {
    Array { shape: vec![3, 5], data: (0..15).map(|i| i as f64 - 7.0).collect() }
}

/// On the device and strided: [3, 5] out of a [5, 3].
fn strided() -> T {
    let straight = to_device(&cpu_tensor(&numbers(), TENSOR_DTYPE_F32).unwrap(), cuda(0)).unwrap();
    let turned = out(|o| unsafe { tensor_transpose(straight.0, 0, 1, o) }).unwrap();
    let copied = out(|o| unsafe { tensor_contiguous(turned.0, o) }).unwrap();
    out(|o| unsafe { tensor_transpose(copied.0, 0, 1, o) }).unwrap()
}

fn options(mmap: i32) -> TensorLoadOptions {
    TensorLoadOptions { mmap, device: cuda(0), ..Options::DEFAULT }
}

fn is_what_was_saved(x: &T) {
    assert_eq!(device_of(x), cuda(0));
    assert_eq!(values(x).unwrap(), numbers());
}

#[test]
fn arrays_go_from_a_device_to_a_file_and_back() {
    apart(&[], || {
        let folder = Folder::new("arrays");
        let (npy, csv) = (folder.file("x.npy"), folder.file("x.csv"));
        let x = strided();
        check(unsafe { tensor_save_npy(x.0, npy.as_ptr(), null()) }).unwrap();
        check(unsafe { tensor_save_csv(x.0, csv.as_ptr(), null()) }).unwrap();
        for mmap in [TENSOR_MMAP_OFF, TENSOR_MMAP_ON] {
            is_what_was_saved(&out(|o| unsafe { tensor_load_npy(npy.as_ptr(), &options(mmap), o) }).unwrap());
        }
        let table = TensorCsvOptions { device: cuda(0), dtype: TENSOR_DTYPE_F32, ..Options::DEFAULT };
        is_what_was_saved(&out(|o| unsafe { tensor_load_csv(csv.as_ptr(), &table, o) }).unwrap());
    });
}

#[test]
fn dicts_go_from_a_device_to_a_file_and_back() {
    apart(&[], || {
        type Save = unsafe extern "C" fn(*const TensorDict, *const c_char, *const TensorSaveOptions) -> TensorStatus;
        type Load = unsafe extern "C" fn(*const c_char, *const TensorLoadOptions, *mut *mut TensorDict) -> TensorStatus;
        let formats: [(&str, Save, Load); 2] = [
            ("x.npz", tensor_dict_save_npz, tensor_dict_load_npz),
            ("x.safetensors", tensor_dict_save_safetensors, tensor_dict_load_safetensors),
        ];
        let folder = Folder::new("dicts");
        let one = TensorScalar { kind: TENSOR_SCALAR_INT, reserved: 0, value: TensorScalarValue { i: 1 } };
        let saved = dict(|o| unsafe { tensor_dict_create(o) });
        let x = strided();
        check(unsafe { tensor_dict_set(saved.0, c"x".as_ptr(), x.0) }).unwrap();
        for (name, save, load) in formats {
            let path = folder.file(name);
            check(unsafe { save(saved.0, path.as_ptr(), null()) }).unwrap();
            for mmap in [TENSOR_MMAP_OFF, TENSOR_MMAP_ON] {
                let loaded = dict(|o| unsafe { load(path.as_ptr(), &options(mmap), o) });
                is_what_was_saved(&of(&loaded, "x"));
                // What is on the device is its own: the way there was a copy, also from a mapping.
                check(unsafe { tensor_fill_(of(&loaded, "x").0, one) }).unwrap();
            }
        }
    });
}

#[test]
fn checkpoints_of_pytorch_load_to_a_device() {
    apart(&[], || {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/pytorch/dtypes.pt");
        let path = text(path.to_str().unwrap());
        let here = dict(|o| unsafe { tensor_dict_load_pytorch(path.as_ptr(), null(), o) });
        for mmap in [TENSOR_MMAP_OFF, TENSOR_MMAP_ON] {
            let there = dict(|o| unsafe { tensor_dict_load_pytorch(path.as_ptr(), &options(mmap), o) });
            let n = unsafe { tensor_dict_len(here.0) };
            assert!(n > 5 && unsafe { tensor_dict_len(there.0) } == n);
            for i in 0..n {
                let a = out(|o| unsafe { tensor_dict_at(here.0, i, o) }).unwrap();
                let b = out(|o| unsafe { tensor_dict_at(there.0, i, o) }).unwrap();
                assert_eq!(device_of(&b), cuda(0));
                assert_eq!(values(&a).unwrap(), values(&b).unwrap(), "{i}");
            }
        }
    });
}
