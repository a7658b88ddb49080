use super::*;
use crate::dtype::DType;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

fn value() -> Held {
    Held::Tensor(Value::empty(&[], DType::F32, crate::device::Device::Cpu).unwrap())
}

fn is_live(handle: u64, kind: Kind) -> bool {
    with(handle, kind, "x", |_| Some(())).is_ok()
}

fn reason(handle: u64, kind: Kind) -> String {
    with(handle, kind, "x", |_| Some(())).unwrap_err().message().to_string()
}

#[test]
fn a_released_handle_is_invalid_for_ever() {
    let first = insert(value()).unwrap();
    assert!(is_live(first, Kind::Tensor));
    assert!(matches!(remove(first, Kind::Tensor), Some(Some(_))));
    for _ in 0..100 {
        let next = insert(value()).unwrap();
        assert_ne!(next, first);
        assert!(!is_live(first, Kind::Tensor));
        assert!(remove(first, Kind::Tensor).is_none(), "a second release takes nothing");
        assert!(is_live(next, Kind::Tensor));
        assert!(remove(next, Kind::Tensor).is_some());
    }
    assert_eq!(reason(first, Kind::Tensor), "x is not a live tensor handle (it was released, or never was one)");
}

#[test]
fn kinds_do_not_mix() {
    let token = insert(Held::CancelToken(cancel::Token::new())).unwrap();
    assert_eq!(reason(token, Kind::Tensor), "x is a handle of a cancel token, expected a tensor");
    assert!(remove(token, Kind::Tensor).is_none());
    // The same slot and generation under another kind.
    let forged = token & !(31 << 58) | (Kind::Tensor as u64) << 58;
    assert!(!is_live(forged, Kind::Tensor));
    let tensor = insert(value()).unwrap();
    assert_eq!(reason(tensor, Kind::Optimizer), "x is a handle of a tensor, expected an optimizer");
    remove(token, Kind::CancelToken).unwrap();
    remove(tensor, Kind::Tensor).unwrap();
    assert_eq!(reason(token, Kind::Tensor), "x is not a live tensor handle (it was released, or never was one)");
    assert_eq!(reason(token, Kind::Optimizer), "x is not a live optimizer handle (it was released, or never was one)");
}

#[test]
fn no_number_is_a_handle_by_chance() {
    let live = insert(value()).unwrap();
    assert_eq!(reason(0, Kind::Tensor), "x is NULL");
    let mut number = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..100_000 {
        number ^= number << 13;
        number ^= number >> 7;
        number ^= number << 17;
        for candidate in [number, number | MARK, number | MARK | 1 << 58, number % 4096] {
            for kind in Kind::ALL {
                // Neighbours' handles of other tests may be met, only by a chance of one in 2^32.
                assert!(candidate == live || !is_live(candidate, kind), "{candidate:#x}");
            }
        }
    }
    for bit in 0..64 {
        assert!(!is_live(live ^ 1 << bit, Kind::Tensor) || (32..58).contains(&bit), "bit {bit}");
    }
    remove(live, Kind::Tensor).unwrap();
}

/// Tests that need slots never used before take this, and so do not steal them from one another.
static FRESH: Mutex<()> = Mutex::new(());

/// A handle on a slot whose generation is `generation`: made by using up the free slots first.
fn with_generation(generation: u32) -> (u64, Vec<u64>) {
    testing_set_first_generation(generation);
    let mut others = Vec::new();
    loop {
        let handle = insert(Held::Mode(0)).unwrap();
        if handle as u32 == generation {
            testing_set_first_generation(1);
            return (handle, others);
        }
        others.push(handle);
    }
}

#[test]
fn a_slot_at_its_last_generation_is_retired() {
    let _alone = FRESH.lock().unwrap_or_else(|e| e.into_inner());
    let (before_last, others) = with_generation(u32::MAX - 1);
    for handle in others {
        remove(handle, Kind::Mode).unwrap();
    }
    remove(before_last, Kind::Mode).unwrap();
    let slot = slot(slot_of(before_last)).unwrap();
    // Another test may take the slot first; then its release retires it.
    let last = number(Kind::Mode, slot_of(before_last), u32::MAX);
    let mut held = Vec::new();
    while !held.contains(&last) && (slot.state.load(SeqCst) >> 32) as u32 != u32::MAX || held.is_empty() {
        held.push(insert(Held::Mode(0)).unwrap());
    }
    for &handle in &held {
        remove(handle, Kind::Mode).unwrap();
    }
    for _ in 0..held.len() + 10 {
        let handle = insert(Held::Mode(0)).unwrap();
        if held.contains(&last) {
            assert_ne!(slot_of(handle), slot_of(last), "a retired slot came back");
        }
        held.push(handle);
    }
    assert!(!is_live(last, Kind::Mode) || !held.contains(&last));
}

#[test]
fn removal_waits_for_the_look_up_of_another_thread() {
    let handle = insert(value()).unwrap();
    let pin = Pin::new(handle, Kind::Tensor).unwrap();
    assert!(matches!(remove(handle, Kind::Tensor), Some(None)), "the pin holds the value");
    assert!(!is_live(handle, Kind::Tensor), "but the handle is over");
    assert!(remove(handle, Kind::Tensor).is_none());
    assert!(matches!(pin.value(), Held::Tensor(_)));
    drop(pin);
    assert_eq!(find(handle, Kind::Tensor).unwrap().state.load(SeqCst) as u32 as u64 & (CLOSING | PINS), 0);
}

#[test]
fn two_threads_hammer() {
    const ROUNDS: usize = 50_000;
    let shared = AtomicU64::new(insert(value()).unwrap());
    let stop = AtomicBool::new(false);
    let seen = std::thread::scope(|s| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                s.spawn(|| {
                    let mut seen = 0usize;
                    while !stop.load(Relaxed) {
                        let handle = shared.load(Relaxed);
                        let found = with(handle, Kind::Tensor, "x", |held| match held {
                            Held::Tensor(value) => Some(value.clone()),
                            _ => None,
                        });
                        if let Ok(value) = found {
                            assert_eq!(value.dtype(), DType::F32);
                            seen += 1;
                        }
                    }
                    seen
                })
            })
            .collect();
        let writers: Vec<_> = (0..2)
            .map(|_| {
                s.spawn(|| {
                    for _ in 0..ROUNDS {
                        let new = insert(value()).unwrap();
                        let old = shared.swap(new, Relaxed);
                        assert!(remove(old, Kind::Tensor).is_some(), "each handle is released once");
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.join().unwrap();
        }
        stop.store(true, Relaxed);
        readers.into_iter().map(|r| r.join().unwrap()).sum::<usize>()
    });
    assert!(seen > 0);
    remove(shared.load(Relaxed), Kind::Tensor).unwrap();
}

#[test]
fn live_handles_are_counted() {
    // Other tests make handles meanwhile: only a lower bound is certain.
    let handles: Vec<u64> = (0..1000).map(|_| insert(Held::Scope(0)).unwrap()).collect();
    assert!(live_count() >= 1000);
    for handle in handles {
        remove(handle, Kind::Scope).unwrap();
    }
}
