use super::*;
use crate::cpu::fork::in_child;
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::sync::atomic::AtomicU32;
use std::time::{Duration, Instant};

/// Runs a loop and checks that each item ran once.
fn covers(count: usize, grain: usize) -> Result<()> {
    let hits: Vec<AtomicU32> = (0..count).map(|_| AtomicU32::new(0)).collect();
    parallel_for(count, grain, &|range| {
        assert!(range.start.is_multiple_of(grain.max(1)) && !range.is_empty());
        assert!(range.len() >= grain || range.end == count);
        range.for_each(|i| _ = hits[i].fetch_add(1, Relaxed));
    })?;
    assert!(hits.iter().all(|hit| hit.load(Relaxed) == 1), "count {count}, grain {grain}");
    Ok(())
}

const SHAPES: [(usize, usize); 12] = [
    (0, 1),
    (1, 0),
    (1, 1),
    (2, 1),
    (5, 2),
    (7, 100),
    (100, 7),
    (1000, 1),
    (1000, 999),
    (1001, 1000),
    (65_537, 64),
    (100_000, 3),
];

#[test]
fn each_item_runs_once() {
    for (count, grain) in SHAPES {
        covers(count, grain).unwrap();
    }
    let sum = AtomicUsize::new(0);
    parallel_for(usize::MAX, usize::MAX / 3, &|range| _ = sum.fetch_add(range.len(), Relaxed)).unwrap();
    assert_eq!(sum.into_inner(), usize::MAX);
}

#[test]
fn several_callers_at_once() {
    std::thread::scope(|s| {
        for _ in 0..4 {
            s.spawn(|| (0..300).for_each(|i| covers(100 + i, 3).unwrap()));
        }
    });
}

#[test]
fn workers_help_and_are_named() {
    in_child(60, || {
        set_num_threads(4).unwrap();
        assert_eq!(num_threads(), 4);
        let names = std::sync::Mutex::new(std::collections::BTreeSet::new());
        parallel_for(400, 1, &|_| {
            assert!(inside());
            std::thread::sleep(Duration::from_millis(5));
            let name = std::fs::read_to_string("/proc/thread-self/comm").unwrap();
            if name.starts_with("tendon-") {
                let mut set = MaybeUninit::<libc::sigset_t>::uninit();
                // SAFETY: reads the mask, then looks at it.
                unsafe {
                    libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), set.as_mut_ptr());
                    assert_eq!(libc::sigismember(set.as_ptr(), libc::SIGTERM), 1);
                    assert_eq!(libc::sigismember(set.as_ptr(), libc::SIGSEGV), 0);
                }
                names.lock().unwrap().insert(name.trim().to_string());
            }
        })
        .unwrap();
        assert!(!inside());
        assert_eq!(names.into_inner().unwrap().into_iter().collect::<Vec<_>>(), ["tendon-1", "tendon-2", "tendon-3"]);
        assert_threads(4);
        set_num_threads(2).unwrap();
        assert_threads(2);
        covers(1000, 1).unwrap();
        set_num_threads(1).unwrap();
        assert_threads(1);
        covers(1000, 1).unwrap();
        set_num_threads(3).unwrap();
        covers(1000, 1).unwrap();
        assert_threads(3);
        assert!(set_num_threads(0).is_err() && set_num_threads(MAX_THREADS + 1).is_err());
    });
}

/// A thread that was joined may stay listed for a moment.
fn assert_threads(n: usize) {
    let start = Instant::now();
    while threads_of_this_process() != n {
        assert!(start.elapsed() < Duration::from_secs(5), "{} threads, not {n}", threads_of_this_process());
    }
}

fn threads_of_this_process() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

#[test]
fn resizing_while_others_use_the_pool() {
    in_child(60, || {
        let stop = AtomicBool::new(false);
        std::thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(|| {
                    while !stop.load(Relaxed) {
                        covers(500, 2).unwrap();
                    }
                });
            }
            for i in 0..200 {
                set_num_threads(1 + i % 5).unwrap();
                covers(100, 2).unwrap();
            }
            stop.store(true, Relaxed);
        });
    });
}

#[test]
fn no_thread_starts_before_there_is_work() {
    in_child(30, || {
        set_num_threads(3).unwrap();
        covers(10, 10).unwrap();
        assert_threads(1);
    });
}

#[test]
fn threads_that_cannot_start_are_done_without() {
    in_child(60, || {
        let limit = libc::rlimit { rlim_cur: 0, rlim_max: libc::RLIM_INFINITY };
        // SAFETY: limits this child, first in threads (root is exempt), then in address space.
        unsafe { libc::setrlimit(libc::RLIMIT_NPROC, &limit) };
        let limit = libc::rlimit { rlim_cur: 1 << 20, rlim_max: libc::RLIM_INFINITY };
        // SAFETY: as above.
        unsafe { libc::setrlimit(libc::RLIMIT_AS, &limit) };
        // The C library keeps the stacks of a few threads that ended.
        set_num_threads(100).unwrap();
        covers(1000, 1).unwrap();
        assert!(threads_of_this_process() < 50);
        assert_eq!(num_threads(), 100);
    });
}

#[test]
fn a_loop_in_a_loop_runs_on_its_thread() {
    let total = AtomicUsize::new(0);
    parallel_for(64, 1, &|outer| {
        for _ in outer {
            let me = std::thread::current().id();
            parallel_for(1000, 1, &|inner| {
                assert_eq!(std::thread::current().id(), me);
                total.fetch_add(inner.len(), Relaxed);
            })
            .unwrap();
        }
    })
    .unwrap();
    assert_eq!(total.into_inner(), 64_000);
}

#[test]
fn a_panic_is_an_error_and_the_pool_goes_on() {
    for bad in [0, 500, 999] {
        let error = parallel_for(1000, 1, &|range| {
            if range.contains(&bad) {
                panic!("item {bad}");
            }
        })
        .unwrap_err();
        assert_eq!(error.status(), status::INTERNAL);
        assert!(error.message().contains(&format!("item {bad}")), "{error}");
        assert!(!inside());
        covers(1000, 1).unwrap();
    }
    assert!(parallel_for(1, 1, &|_| panic!("alone")).is_err());
}

#[test]
fn a_cancelled_loop_ends_soon() {
    for (threads, nested) in [(1, false), (2, false), (2, true)] {
        in_child(60, || {
            set_num_threads(threads).unwrap();
            let token = Token::new();
            cancel::install(Some(token.clone()));
            let ran = AtomicUsize::new(0);
            let cancelled_at = ForkMutex::new(None);
            // 10 s of work in grains of 0.1 ms.
            let run = || {
                parallel_for(100_000, 1, &|range| {
                    assert!(cancel::active(), "workers have the caller's token");
                    for _ in range {
                        std::thread::sleep(Duration::from_micros(100));
                        ran.fetch_add(1, Relaxed);
                    }
                })
            };
            let result = std::thread::scope(|s| {
                s.spawn(|| {
                    std::thread::sleep(Duration::from_millis(30));
                    *cancelled_at.lock() = Some(Instant::now());
                    token.cancel();
                });
                if nested { parallel_for(2, 1, &|_| drop(run())) } else { run() }
            });
            let late = cancelled_at.lock().unwrap().elapsed();
            assert_eq!(result.unwrap_err().status(), status::CANCELLED);
            assert!(ran.load(Relaxed) > 10 && ran.load(Relaxed) < 50_000);
            assert!(late < Duration::from_millis(200), "{late:?}");
            assert!(parallel_for(1, 1, &|_| panic!("runs")).is_err(), "cancelled before it began");
            token.reset();
            covers(1000, 1).unwrap();
        });
    }
}

#[test]
fn a_fork_child_builds_its_own_pool() {
    in_child(60, || {
        set_num_threads(3).unwrap();
        covers(10_000, 1).unwrap();
        assert_threads(3);
        in_child(30, || {
            assert_threads(1);
            drop(crate::cpu::memory::Workspace::new(100).unwrap());
            covers(10_000, 1).unwrap();
            assert_threads(3);
            set_num_threads(1).unwrap();
            assert_threads(1);
        });
        covers(10_000, 1).unwrap();
    });
}

#[test]
fn forks_while_the_pool_runs() {
    in_child(60, || {
        set_num_threads(3).unwrap();
        let stop = AtomicBool::new(false);
        std::thread::scope(|s| {
            s.spawn(|| {
                while !stop.load(Relaxed) {
                    covers(300, 1).unwrap();
                }
            });
            for _ in 0..50 {
                in_child(20, || covers(1000, 1).unwrap());
            }
            stop.store(true, Relaxed);
        });
        // From inside a loop: the child's part of it is an error, the next loop is whole.
        let parent = std::process::id();
        let caller = std::thread::current().id();
        let forked = AtomicBool::new(false);
        let result = parallel_for(64, 1, &|_| {
            std::thread::sleep(Duration::from_millis(2));
            if std::thread::current().id() == caller && !forked.swap(true, Relaxed) {
                // SAFETY: the child goes on below.
                if unsafe { libc::fork() } == 0 {
                    // SAFETY: ends a child that hangs.
                    unsafe { libc::alarm(20) };
                }
            }
        });
        if std::process::id() == parent {
            result.unwrap();
            let mut status = 0;
            // SAFETY: waits for the child.
            assert!(unsafe { libc::wait(&mut status) } > 0);
            assert_eq!(status, 0);
        } else {
            assert_eq!(result.unwrap_err().status(), status::INTERNAL);
            covers(1000, 1).unwrap();
        }
    });
}

#[repr(C)]
struct HostThreads {
    calls: AtomicUsize,
    answer: i32,
    skip: usize,
    repeat: bool,
}

unsafe extern "C" fn host_loop(
    user_data: *mut c_void,
    count: usize,
    body: unsafe extern "C" fn(*mut c_void, usize),
    context: *mut c_void,
) -> i32 {
    // SAFETY: the tests give a `HostThreads`.
    let host = unsafe { &*user_data.cast::<HostThreads>() };
    host.calls.fetch_add(1, Relaxed);
    let context = context as usize;
    std::thread::scope(|s| {
        for part in 0..2 {
            s.spawn(move || {
                for index in (part..count).step_by(2).skip(host.skip) {
                    // SAFETY: the contract of the loop.
                    unsafe { body(context as *mut c_void, index) };
                    if host.repeat {
                        // SAFETY: breaks the contract as far as it is checked.
                        unsafe { body(context as *mut c_void, index) };
                    }
                }
            });
        }
    });
    host.answer
}

#[test]
fn the_host_can_run_the_loops() {
    in_child(60, || {
        set_num_threads(4).unwrap();
        let run = |answer, skip, repeat, test: &dyn Fn()| {
            let host = HostThreads { calls: AtomicUsize::new(0), answer, skip, repeat };
            // SAFETY: `host` outlives its use.
            unsafe { set_host_parallel_for(Some((host_loop, std::ptr::from_ref(&host).cast_mut().cast()))) };
            test();
            // SAFETY: none.
            unsafe { set_host_parallel_for(None) };
            host.calls.into_inner()
        };
        let calls = run(0, 0, false, &|| SHAPES.iter().for_each(|&(count, grain)| covers(count, grain).unwrap()));
        assert_eq!(calls, SHAPES.iter().filter(|(count, grain)| count > grain.max(&1)).count());
        run(0, 0, false, &|| {
            parallel_for(8, 1, &|_| covers(100, 1).unwrap()).unwrap();
            let error = parallel_for(100, 1, &|_| panic!("in the host")).unwrap_err();
            assert_eq!(error.status(), status::INTERNAL);
            let token = Token::new();
            cancel::install(Some(token.clone()));
            token.cancel();
            assert_eq!(parallel_for(100, 1, &|_| panic!("runs")).unwrap_err().status(), status::CANCELLED);
            cancel::install(None);
        });
        for (answer, skip, repeat, message) in [(-7, 0, false, "-7"), (0, 1, false, "after"), (0, 0, true, "twice")] {
            run(answer, skip, repeat, &|| {
                let error = covers_loosely().unwrap_err();
                assert_eq!(error.status(), status::CALLBACK);
                assert!(error.message().contains(message), "{error}");
            });
        }
        assert_threads(1);
        covers(1000, 1).unwrap();
    });
}

fn covers_loosely() -> Result<()> {
    let hits: Vec<AtomicU32> = (0..1000).map(|_| AtomicU32::new(0)).collect();
    let result = parallel_for(1000, 1, &|range| range.for_each(|i| _ = hits[i].fetch_add(1, Relaxed)));
    assert!(hits.iter().all(|hit| hit.load(Relaxed) <= 1), "an item ran twice");
    result
}

#[test]
fn works_in_destructors_of_the_thread() {
    struct Late;
    impl Drop for Late {
        fn drop(&mut self) {
            covers(1000, 1).unwrap();
        }
    }
    thread_local!(static LATE: Late = const { Late });
    std::thread::spawn(|| {
        LATE.with(|_| ());
        covers(1000, 1).unwrap();
    })
    .join()
    .unwrap();
}

extern "C" fn at_exit() {
    let worked = std::panic::catch_unwind(|| {
        drop(crate::cpu::memory::Workspace::new(5 << 20).unwrap());
        covers(10_000, 1).unwrap();
        set_num_threads(1).unwrap();
        covers(10_000, 1).unwrap();
    });
    // SAFETY: ends the child of the test below.
    unsafe { libc::_exit(worked.is_err() as i32) }
}

#[test]
fn works_in_exit_handlers() {
    for used_before in [false, true] {
        in_child(30, || {
            set_num_threads(2).unwrap();
            if used_before {
                covers(1000, 1).unwrap();
            }
            // SAFETY: runs the handler, which ends the process.
            unsafe {
                libc::atexit(at_exit);
                libc::exit(9)
            }
        });
    }
}
