//! Slots at the end of their generations, through the C functions. A program of its own: the generation that new slots
//! start with is the whole process's.
use std::collections::HashSet;
use std::ptr::{null, null_mut};

use tendon::c_api::*;

fn make() -> *mut Tensor {
    let mut x = null_mut();
    // SAFETY: a shape of rank 0 and a variable.
    assert_eq!(unsafe { tensor_zeros(null(), 0, null(), &mut x) }, TENSOR_OK);
    x
}

fn is_live(x: *mut Tensor) -> bool {
    // SAFETY: any number is a handle or an error.
    unsafe { tensor_ndim(x) == 0 }
}

fn release(x: *mut Tensor) -> TensorStatus {
    // SAFETY: as above.
    unsafe { tensor_release(x) }
}

fn slot(x: *mut Tensor) -> u64 {
    x as u64 >> 32 & ((1 << 26) - 1)
}

fn generation(x: *mut Tensor) -> u32 {
    x as u64 as u32
}

#[test]
fn stale_handles_stay_stale_and_used_up_slots_are_retired() {
    const LEFT: u32 = 100;
    const FIRST: u32 = u32::MAX - LEFT + 1;
    testing_set_first_generation(FIRST);
    // A new slot, and all handles that it will ever have.
    let mut stale = Vec::new();
    let mut seen = HashSet::new();
    let wanted = slot({
        let x = make();
        assert_eq!(generation(x), FIRST);
        assert!(seen.insert(x as u64));
        assert_eq!(release(x), TENSOR_OK);
        stale.push(x);
        x
    });
    for i in 1..LEFT {
        let x = make();
        assert_eq!((slot(x), generation(x)), (wanted, FIRST + i), "a freed slot comes back with its next generation");
        assert!(seen.insert(x as u64), "a handle came a second time");
        assert!(stale.iter().all(|&old| !is_live(old)), "a stale handle came to life");
        assert!(is_live(x));
        for &old in &stale {
            assert_eq!(release(old), TENSOR_ERR_INVALID_HANDLE);
        }
        assert!(is_live(x), "a stale release ended another's handle");
        assert_eq!(release(x), TENSOR_OK);
        stale.push(x);
    }
    assert_eq!(generation(stale[stale.len() - 1]), u32::MAX);

    // The slot is used up: never again, whatever is made.
    let mut more = Vec::new();
    for round in 0..3 {
        for _ in 0..5000 {
            let x = make();
            assert_ne!(slot(x), wanted, "a retired slot came back");
            assert!(seen.insert(x as u64), "a handle came a second time");
            more.push(x);
        }
        assert!(stale.iter().all(|&old| !is_live(old)));
        for x in more.drain(..) {
            assert_eq!(release(x), TENSOR_OK);
            assert_eq!(release(x), TENSOR_ERR_INVALID_HANDLE, "round {round}");
        }
    }
    // Every generation of the slot, also those before the first: none is a handle.
    for generation in (0..=u32::MAX).step_by(65_537).chain(FIRST..=u32::MAX) {
        let forged = (1 << 63 | 1 << 58 | wanted << 32 | u64::from(generation)) as usize;
        assert!(!is_live(std::ptr::without_provenance_mut(forged)));
    }
    // SAFETY: questions without arguments.
    let live = unsafe { (tendon_live_tensor_count(), tendon_live_storage_count(), tendon_live_handle_count()) };
    assert_eq!(live, (0, 0, 0));
}
