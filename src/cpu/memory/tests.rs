use super::*;
use crate::cpu::fork::in_child;
use crate::error::status;
use std::cell::RefCell;
use std::sync::mpsc;

/// A block that knows its size, filled with a pattern that it checks when it goes.
struct Block {
    at: NonNull<u8>,
    size: usize,
    seed: u8,
}

// SAFETY: plain memory.
unsafe impl Send for Block {}

impl Block {
    fn new(size: usize, seed: u8) -> Block {
        let at = alloc(size).unwrap();
        assert!(at.addr().get().is_multiple_of(ALIGNMENT));
        // SAFETY: the block has `size` bytes.
        unsafe { at.as_ptr().write_bytes(seed, size) };
        Block { at, size, seed }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: the block has `size` bytes and was written.
        let bytes = unsafe { std::slice::from_raw_parts(self.at.as_ptr(), self.size) };
        assert!(bytes.iter().all(|&b| b == self.seed), "a block of {} bytes was overwritten", self.size);
        // SAFETY: from `alloc` with this size.
        unsafe { free(self.at, self.size) }
    }
}

const SIZES: [usize; 16] = [
    0,
    1,
    64,
    65,
    500,
    513,
    4000,
    4096,
    32 << 10,
    (32 << 10) + 1,
    200_000,
    1 << 20,
    (1 << 20) + 1,
    3 << 20,
    (4 << 20) + 5,
    33 << 20,
];

#[test]
fn blocks_are_aligned_whole_and_apart() {
    let blocks: Vec<Block> = SIZES.iter().chain(&SIZES).enumerate().map(|(i, &n)| Block::new(n, i as u8)).collect();
    for block in &blocks {
        assert!(central::is_system() || block.size <= 1 << 20 || block.at.addr().get().is_multiple_of(2 << 20));
    }
}

#[test]
fn freed_blocks_are_used_again() {
    if central::is_system() {
        return;
    }
    in_child(30, || {
        for size in SIZES {
            let first = alloc(size).unwrap();
            // SAFETY: from `alloc` with this size.
            unsafe { free(first, size) };
            let again = alloc(size).unwrap();
            assert_eq!(first, again, "{size}");
            // SAFETY: as above.
            unsafe { free(again, size) };
        }
    });
}

#[test]
fn a_large_block_serves_a_slightly_smaller_size_and_no_other() {
    if central::is_system() {
        return;
    }
    in_child(30, || {
        release_cached();
        let big = Workspace::new(40 << 20).unwrap();
        let at = big.as_ptr();
        drop(big);
        let small = Workspace::new(20 << 20).unwrap();
        assert_ne!(small.as_ptr(), at);
        let close = Workspace::new(33 << 20).unwrap();
        assert_eq!(close.as_ptr(), at);
        drop((small, close));
        assert_eq!(stats().cached_bytes - stats_small(), (40 << 20) + (20 << 20));
    });
}

/// What waits in small and medium bins.
fn stats_small() -> usize {
    (local::cached() + central::cached()).bytes
}

#[test]
fn impossible_sizes_are_an_error() {
    for size in [usize::MAX, isize::MAX as usize, isize::MAX as usize + 1, 1 << 60, 1 << 50] {
        assert_eq!(alloc(size).unwrap_err().status(), status::OUT_OF_MEMORY);
    }
}

#[test]
fn statistics_are_exact() {
    in_child(60, || {
        let before = stats();
        let mut blocks: Vec<Block> = (0..1000).map(|i| Block::new(i * 37, i as u8)).collect();
        blocks.extend(SIZES.map(|n| Block::new(n, 1)));
        let middle = stats();
        assert_eq!(middle.live_blocks, before.live_blocks + blocks.len());
        let asked: usize = blocks.iter().map(|b| b.size).sum();
        assert!(middle.live_bytes - before.live_bytes >= asked);
        assert!(middle.live_bytes - before.live_bytes <= asked + asked / 4 + 64 * blocks.len());
        // Half of them freed by a thread that then ends.
        let other = blocks.split_off(500);
        std::thread::spawn(move || drop(other)).join().unwrap();
        assert_eq!(stats().live_blocks, before.live_blocks + 500);
        drop(blocks);
        let after = stats();
        assert_eq!((after.live_blocks, after.live_bytes), (before.live_blocks, before.live_bytes));
        assert!(after.peak_bytes >= middle.live_bytes);
        assert_eq!(release_cached(), after.cached_bytes);
        assert_eq!(stats().cached_bytes, 0);
        assert_eq!(stats().live_blocks, before.live_blocks);
    });
}

#[test]
fn other_threads_flush_after_release_cached() {
    if central::is_system() {
        return;
    }
    in_child(30, || {
        let (go, wait) = mpsc::channel::<()>();
        let (tell, told) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            drop((0..10).map(|i| Block::new(1000, i)).collect::<Vec<_>>());
            tell.send(()).unwrap();
            wait.recv().unwrap();
            drop(Block::new(64, 0));
            tell.send(()).unwrap();
            wait.recv().unwrap();
        });
        told.recv().unwrap();
        release_cached();
        assert!(stats().cached_bytes >= 10 * 1000, "a quiet thread keeps its bins");
        go.send(()).unwrap();
        told.recv().unwrap();
        assert_eq!(stats().cached_bytes, 64);
        go.send(()).unwrap();
        thread.join().unwrap();
    });
}

#[test]
fn the_nth_allocation_fails() {
    in_child(30, || {
        drop(Block::new(64, 0));
        fault::fail_nth(Some(3));
        let kept = [Block::new(64, 1), Block::new(64, 2)];
        assert_eq!(alloc(64).unwrap_err().status(), status::OUT_OF_MEMORY);
        assert_eq!(fault::count(), 3);
        drop(kept);
        drop(Block::new(64, 3));
        assert_eq!(fault::count(), 3, "disarmed by the failure");
        fault::fail_nth(Some(u64::MAX));
        SIZES.iter().for_each(|&n| drop(Block::new(n, 1)));
        assert_eq!(fault::count(), SIZES.len() as u64);
        fault::fail_nth(Some(1));
        fault::fail_nth(None);
        assert!(Workspace::new(5 << 20).is_ok());
        fault::fail_nth(Some(1));
        assert!(std::thread::spawn(|| Workspace::new(5 << 20).is_err()).join().unwrap());
    });
}

#[test]
fn memory_that_runs_out_is_an_error_and_the_cache_is_given_back_first() {
    if central::is_system() {
        return;
    }
    in_child(30, || {
        drop(Workspace::new(64 << 20).unwrap());
        let mut used = String::new();
        std::io::Read::read_to_string(&mut std::fs::File::open("/proc/self/statm").unwrap(), &mut used).unwrap();
        let pages: u64 = used.split(' ').next().unwrap().parse().unwrap();
        // 50 MiB more than now, of which 64 wait in the cache: 100 fit when those went back, and only once.
        let limit = libc::rlimit { rlim_cur: pages * 4096 + (50 << 20), rlim_max: libc::RLIM_INFINITY };
        // SAFETY: limits this child.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_AS, &limit) }, 0);
        let block = Workspace::new(100 << 20).expect("after the cache went back");
        assert_eq!(alloc(100 << 20).unwrap_err().status(), status::OUT_OF_MEMORY);
        drop(block);
        let mut many = Vec::new();
        while let Ok(block) = Workspace::new(32 << 10) {
            many.try_reserve(1).unwrap();
            many.push(block);
            assert!(many.len() < 1 << 16);
        }
        assert!(many.len() > 1000);
    });
}

#[test]
fn many_threads_hand_blocks_around() {
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..4).map(|_| mpsc::channel::<Block>()).unzip();
    std::thread::scope(|s| {
        for (me, inbox) in receivers.into_iter().enumerate() {
            let senders = senders.clone();
            s.spawn(move || {
                let mut state = me as u64 + 1;
                let mut kept = Vec::new();
                for i in 0..4000 {
                    state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    let size = (state >> 33) as usize
                        % [256, 4096, 70_000, 1_500_000]
                            [(i % 41 == 0) as usize * 3 + (i % 7 == 0 && i % 41 != 0) as usize];
                    let block = Block::new(size, state as u8);
                    match state >> 62 {
                        0 => kept.push(block),
                        1 => drop(block),
                        _ => drop(senders[(state >> 50) as usize % 4].send(block)),
                    }
                    if kept.len() > 30 {
                        kept.swap_remove((state >> 40) as usize % 30);
                    }
                    inbox.try_iter().take(3).for_each(drop);
                    if i % 1000 == 999 {
                        release_cached();
                    }
                }
            });
        }
        drop(senders);
    });
}

thread_local! {
    static LATE: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

/// Frees and allocates in a pthread destructor: later than those of thread-local variables.
unsafe extern "C" fn late(blocks: *mut std::ffi::c_void) {
    // SAFETY: the value set by the test below.
    drop(unsafe { Box::from_raw(blocks.cast::<Vec<Block>>()) });
    drop(Block::new(300, 9));
    drop(Block::new(3 << 20, 9));
}

#[test]
fn destructors_at_the_end_of_a_thread_free_and_allocate() {
    in_child(30, || {
        // Keys made before and after the allocator's own.
        let keys = [0, 1].map(|i| {
            let mut key = 0;
            if i == 1 {
                drop(Block::new(64, 0));
            }
            // SAFETY: `late` takes what is set below.
            assert_eq!(unsafe { libc::pthread_key_create(&mut key, Some(late)) }, 0);
            key
        });
        let before = stats();
        for first_use_in_a_destructor in [false, true] {
            for _ in 0..20 {
                let given: Vec<Block> = (0..6).map(|i| Block::new(i * 100, 5)).collect();
                std::thread::spawn(move || {
                    if !first_use_in_a_destructor {
                        LATE.with(|late| late.borrow_mut().extend((0..50).map(|i| Block::new(i * 100, 7))));
                    }
                    let mut given = given.into_iter();
                    for key in keys {
                        let blocks: Vec<Block> = given.by_ref().take(3).collect();
                        // SAFETY: `late` takes it back.
                        unsafe { libc::pthread_setspecific(key, Box::into_raw(Box::new(blocks)).cast()) };
                    }
                })
                .join()
                .unwrap();
            }
        }
        let after = stats();
        assert_eq!((after.live_blocks, after.live_bytes), (before.live_blocks, before.live_bytes));
        release_cached();
        assert_eq!(stats().cached_bytes, 0, "blocks stayed in the bins of threads that ended");
    });
}

#[test]
fn a_fork_child_gets_the_blocks_of_threads_it_does_not_have() {
    in_child(60, || {
        let (tell, told) = mpsc::channel();
        let (_go, wait) = mpsc::channel::<()>();
        std::thread::spawn(move || {
            drop((0..100).map(|i| Block::new(100, i)).collect::<Vec<_>>());
            tell.send(()).unwrap();
            let _ = wait.recv();
        });
        told.recv().unwrap();
        let before = stats();
        in_child(30, || {
            assert_eq!(stats(), before);
            release_cached();
            assert_eq!(stats().cached_bytes, 0);
            assert_eq!(stats().live_blocks, before.live_blocks);
        });
    });
}

#[test]
fn forks_while_other_threads_allocate() {
    in_child(60, || {
        let stop = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|s| {
            for seed in 0..2 {
                let stop = &stop;
                s.spawn(move || {
                    while !stop.load(Relaxed) {
                        drop(SIZES[..15].iter().map(|&n| Block::new(n.min(100_000), seed)).collect::<Vec<_>>());
                    }
                });
            }
            for _ in 0..40 {
                in_child(20, || {
                    drop(SIZES.map(|n| Block::new(n, 3)));
                    release_cached();
                });
            }
            stop.store(true, Relaxed);
        });
    });
}

/// Runs one of the ignored tests below in a process of its own.
fn in_process(test: &str, variable: &str, value: &str) {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("cpu::memory::tests::{test}"), "--ignored", "--test-threads=1"]);
    let output = command.env_remove("TENDON_ALLOCATOR").env(variable, value).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[test]
fn the_system_allocator_can_be_asked_for() {
    in_process("with_the_system_allocator", "TENDON_ALLOCATOR", "system");
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn with_the_system_allocator() {
    let before = stats();
    let blocks: Vec<Block> = SIZES.iter().map(|&n| Block::new(n, 1)).collect();
    assert_eq!(stats().live_blocks, before.live_blocks + SIZES.len());
    assert_eq!(stats().live_bytes, before.live_bytes + SIZES.iter().sum::<usize>());
    drop(blocks);
    assert_eq!((stats().live_blocks, stats().cached_bytes), (before.live_blocks, 0));
    assert_eq!(release_cached(), 0);
    fault::fail_nth(Some(1));
    assert!(alloc(1).is_err());
}

#[test]
fn the_cache_has_a_cap() {
    in_process("with_a_cap", "TENDON_CACHE_LIMIT", "10000000");
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn with_a_cap() {
    drop([Block::new(3 << 20, 1), Block::new(4 << 20, 2)]);
    assert_eq!(stats().cached_bytes, 7 << 20);
    // The oldest makes room.
    drop(Block::new(5 << 20, 3));
    assert_eq!(stats().cached_bytes, 9 << 20);
    drop(Block::new(11 << 20, 3));
    assert_eq!(stats().cached_bytes, 9 << 20, "larger than the cap");
    drop((0..30).map(|i| Block::new(1 << 20, i)).collect::<Vec<_>>());
    assert_eq!(stats().cached_bytes, 9 << 20, "medium blocks push large ones out");
    assert_eq!(stats().live_blocks, 0);
}
