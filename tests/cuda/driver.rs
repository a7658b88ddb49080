//! A driver that is missing, too old, incomplete or broken: every request says CUDA_UNAVAILABLE and why, the CPU works.

use super::common::array::Array;
use super::common::*;
use super::process::{is_child, mock_folder, on_mock, part, real};
use std::ffi::CStr;
use std::path::Path;
use tendon::c_api::*;

/// CUDA is not to be had and the reason holds these words; everything else is as ever.
fn unavailable(words: &[&str]) {
    let x = cpu_tensor(&Array::new(&[3], || 2.0), TENSOR_DTYPE_F32).unwrap();
    let (mut count, mut stream) = (7, std::ptr::null_mut());
    let moved = || to_device(&x, cuda(0)).map(drop).unwrap_err();
    let options = TensorOptions { device: cuda(0), ..Options::DEFAULT };
    let attempts = [
        moved(),
        check(unsafe { tendon_cuda_device_count(&mut count) }).unwrap_err(),
        out(|o| unsafe { tensor_zeros([2].as_ptr(), 1, &options, o) }).map(drop).unwrap_err(),
        check(unsafe { tendon_cuda_stream_create(0, 0, &mut stream) }).unwrap_err(),
        check(unsafe { tendon_cuda_synchronize(0) }).unwrap_err(),
        out(|o| unsafe { tensor_pin_memory(x.0, o) }).map(drop).unwrap_err(),
        // The same answer again.
        moved(),
    ];
    for e in &attempts {
        assert_eq!(e.status, TENSOR_ERR_CUDA_UNAVAILABLE, "{e:?}");
        for word in words {
            assert!(e.message.contains(word), "{word:?} in {}", e.message);
        }
    }
    assert!(stream.is_null());
    let y = out(|o| unsafe { tensor_exp(x.0, o) }).unwrap();
    assert!((values(&y).unwrap().data[0] - 2f64.exp()).abs() < 1e-6);
    unsafe { tendon_release_cached_memory() };
}

#[test]
fn no_driver() {
    // A folder without it; on a machine with a driver, a file that is no library.
    let folder = std::env::temp_dir().join(format!("tendon-no-driver-{}", std::process::id()));
    if !is_child() {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("libcuda.so.1"), "not a library").unwrap();
    }
    let path = folder.to_str().unwrap().to_string();
    part("not a library", &[("LD_LIBRARY_PATH", &path)], || unavailable(&["libcuda.so.1"]));
    let _ = std::fs::remove_dir_all(&folder);
    if !Path::new("/proc/driver/nvidia/version").exists() {
        part("no such file", &[("LD_LIBRARY_PATH", "/nowhere")], || {
            unavailable(&["libcuda.so.1", "cannot open shared object file"]);
        });
    }
}

#[test]
fn cuda_is_switched_off() {
    part("", &[("TENDON_DISABLE_CUDA", "1")], || unavailable(&["TENDON_DISABLE_CUDA=1"]));
}

#[test]
fn a_driver_that_is_too_old() {
    on_mock(&[("MOCK_CUDA_DRIVER_VERSION", "11040")], || unavailable(&["11.4", "12.0"]));
}

#[test]
fn a_driver_that_does_not_start() {
    if real() {
        return;
    }
    for (code, name) in [
        ("100", "CUDA_ERROR_NO_DEVICE"),
        ("3", "CUDA_ERROR_NOT_INITIALIZED"),
        ("803", "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH"),
        ("999", "CUDA_ERROR_UNKNOWN"),
        // One that nobody knows.
        ("12345", "12345"),
    ] {
        part(code, &[("MOCK_CUDA_INIT_ERROR", code)], || unavailable(&["cuInit", name, code]));
    }
}

#[test]
fn a_machine_without_devices() {
    on_mock(&[("MOCK_CUDA_DEVICES", "0")], || unavailable(&["cuInit", "CUDA_ERROR_NO_DEVICE"]));
}

/// The driver's functions that the library asks for, read off its source.
fn functions_asked_for() -> Vec<String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cuda/driver.rs");
    let text = std::fs::read_to_string(source).unwrap();
    let table = text.split("symbols! {").nth(1).and_then(|t| t.split("} optional {").next()).unwrap();
    let names = table.lines().filter_map(|l| l.trim().strip_prefix("cu").and_then(|l| l.split_once('(')));
    names.map(|(name, _)| format!("cu{name}")).collect()
}

/// A copy of the mock driver in which `function` cannot be found: its name in the table of names is another.
fn without(function: &str, folder: &Path) {
    let mut library = std::fs::read(mock_folder().join("libcuda.so.1")).unwrap();
    let name = [b"\0", function.as_bytes(), b"\0"].concat();
    let places: Vec<usize> =
        library.windows(name.len()).enumerate().filter(|(_, w)| *w == name).map(|(i, _)| i).collect();
    assert!(!places.is_empty(), "the mock has no {function}");
    for at in places {
        library[at + 1] = b'-';
    }
    std::fs::write(folder.join("libcuda.so.1"), library).unwrap();
}

#[test]
fn a_driver_that_lacks_a_function() {
    if real() {
        return;
    }
    let functions = functions_asked_for();
    assert!(functions.len() > 30, "{functions:?}");
    let folder = std::env::temp_dir().join(format!("tendon-lacks-{}", std::process::id()));
    for function in &functions {
        if !is_child() {
            std::fs::create_dir_all(&folder).unwrap();
            without(function, &folder);
        }
        let path = folder.to_str().unwrap().to_string();
        part(function, &[("LD_LIBRARY_PATH", &path)], || unavailable(&["libcuda.so.1", function]));
    }
    let _ = std::fs::remove_dir_all(&folder);
}

/// The child of a fork is told to start anew; the parent goes on.
#[test]
fn after_a_fork() {
    part("", &[], || {
        let x = tensor(&Array::new(&[3], || 2.0), TENSOR_DTYPE_F32).unwrap();
        let stream = super::streams::Stream::new(0);
        let child = unsafe { libc::fork() };
        if child == 0 {
            // No test of the child may reach the parent's output, nor its exit.
            let passed = std::panic::catch_unwind(|| {
                let options = TensorOptions { device: cuda(0), ..Options::DEFAULT };
                let failures = [
                    out(|o| unsafe { tensor_exp(x.0, o) }).map(drop).unwrap_err(),
                    to_cpu(&x).map(drop).unwrap_err(),
                    out(|o| unsafe { tensor_zeros([2].as_ptr(), 1, &options, o) }).map(drop).unwrap_err(),
                ];
                for e in failures {
                    assert_eq!(e.status, TENSOR_ERR_CUDA_UNAVAILABLE, "{e:?}");
                    assert!(e.message.contains("fork"), "{e:?}");
                }
                let y = cpu_tensor(&Array::new(&[3], || 2.0), TENSOR_DTYPE_F32).unwrap();
                drop(out(|o| unsafe { tensor_exp(y.0, o) }).unwrap());
                unsafe { tendon_release_cached_memory() };
                // Handles can be released.
                assert_eq!(unsafe { tensor_release(x.0) }, TENSOR_OK);
                assert_eq!(unsafe { tendon_cuda_stream_release(stream.0) }, TENSOR_OK);
            });
            unsafe { libc::_exit(if passed.is_ok() { 0 } else { 1 }) };
        }
        let mut status = 0;
        assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
        assert_eq!(status, 0, "the child");
        assert_eq!(values(&x).unwrap().data, [2.0; 3]);
    });
}

/// The reason is kept for `tendon_last_error_message` as any other.
#[test]
fn the_reason_is_the_last_error() {
    part("", &[("TENDON_DISABLE_CUDA", "1")], || {
        let mut count = 0;
        assert_eq!(unsafe { tendon_cuda_device_count(&mut count) }, TENSOR_ERR_CUDA_UNAVAILABLE);
        let text = unsafe { CStr::from_ptr(tendon_last_error_message()) }.to_string_lossy();
        assert!(text.starts_with("tendon_cuda_device_count: "), "{text}");
    });
}
