//! The bookkeeping of chunks, without a driver: segments are made by hand.

use super::*;

const MIB: usize = 1 << 20;

fn state_with(segments: &[(u64, usize, usize)]) -> State {
    let mut state = State::default();
    for &(address, size, stream) in segments {
        let small = size == SMALL_SEGMENT;
        let chunk = state.add(Chunk { address, size, stream, small, before: None, after: None, free: true });
        let key = state.key(chunk);
        state.free.insert(key);
    }
    state
}

/// What is free, from low to high addresses.
fn free(state: &State) -> Vec<(u64, usize)> {
    let mut all: Vec<_> = state.free.iter().map(|key| (key.address, key.size)).collect();
    all.sort_unstable();
    all
}

#[test]
fn chunks_are_cut_and_joined() {
    let mut state = state_with(&[(0x10_0000, SMALL_SEGMENT, 7)]);
    let [a, b, c] = [512, 1024, 2048].map(|size| state.take(7, size).unwrap());
    assert_eq!(free(&state), [(0x10_0000 + 3584, SMALL_SEGMENT - 3584)]);
    state.give_back(b);
    assert_eq!(free(&state)[0], (0x10_0000 + 512, 1024));
    // The smallest that fits is taken first.
    let again = state.take(7, 512).unwrap();
    assert_eq!(state.chunks[again].address, 0x10_0000 + 512);
    state.give_back(again);
    state.give_back(a);
    assert_eq!(free(&state)[0], (0x10_0000, 1536));
    state.give_back(c);
    assert_eq!(free(&state), [(0x10_0000, SMALL_SEGMENT)]);
}

#[test]
fn streams_have_their_own_chunks() {
    let mut state = state_with(&[(0x10_0000, SMALL_SEGMENT, 1), (0x80_0000, SMALL_SEGMENT, 2)]);
    let a = state.take(2, 512).unwrap();
    assert_eq!(state.chunks[a].address, 0x80_0000);
    assert!(state.take(3, 512).is_none());
}

#[test]
fn segments_of_a_stream_that_has_gone_are_for_all() {
    let mut state =
        state_with(&[(0x10_0000, SMALL_SEGMENT, 1), (0x80_0000, SMALL_SEGMENT, 1), (0x100_0000, 20 * MIB, 1)]);
    let alive = state.take(1, 512).unwrap();
    state.leave(1);
    // What lies beside a living chunk stays; a segment serves requests of its kind.
    assert!(state.adopt(2, 512) && !state.adopt(3, 512));
    assert!(!state.adopt(3, 21 * MIB) && state.adopt(3, 5 * MIB));
    let a = state.take(2, 1024).unwrap();
    assert_eq!(state.chunks[a].address, 0x80_0000);
    assert!(!state.adopt(4, 512));
    state.give_back(alive);
    assert!(state.adopt(4, 512));
}

#[test]
fn large_chunks_keep_a_rest_that_would_be_small() {
    let mut state = state_with(&[(0x100_0000, 20 * MIB, 0)]);
    let a = state.take(0, 19 * MIB + 512).unwrap();
    assert_eq!(state.chunks[a].size, 20 * MIB);
    state.give_back(a);
    let b = state.take(0, 12 * MIB).unwrap();
    assert_eq!((state.chunks[b].size, free(&state)), (12 * MIB, vec![(0x100_0000 + 12 * (MIB as u64), 8 * MIB)]));
    // Small requests do not nibble at large segments.
    assert!(state.take(0, 512).is_none());
}

#[test]
fn segments_grow_with_the_request() {
    assert_eq!(segment_size(512), Some(SMALL_SEGMENT));
    assert_eq!(segment_size(SMALL), Some(SMALL_SEGMENT));
    assert_eq!(segment_size(SMALL + 512), Some(MEDIUM_SEGMENT));
    assert_eq!(segment_size(10 * MIB), Some(10 * MIB));
    assert_eq!(segment_size(11 * MIB + 1), Some(12 * MIB));
    assert_eq!((segment_size(usize::MAX), rounded(usize::MAX), rounded(0)), (None, None, Some(512)));
}

proptest::proptest! {
    /// Whatever comes and goes: living chunks do not overlap, and in the end each segment is whole again.
    #[test]
    fn nothing_overlaps_and_nothing_is_lost(steps in proptest::collection::vec((0usize..4, 1usize..400_000), 1..200)) {
        let segments = [(0x1000_0000u64, SMALL_SEGMENT, 0), (0x2000_0000, SMALL_SEGMENT, 0), (0x4000_0000, 20 * MIB, 0)];
        let mut state = state_with(&segments);
        let mut living: Vec<usize> = Vec::new();
        for (what, n) in steps {
            if what == 0 && !living.is_empty() {
                let chunk = living.swap_remove(n % living.len());
                state.give_back(chunk);
            } else if let Some(chunk) = state.take(0, rounded(if what == 3 { 20 * n } else { n }).unwrap()) {
                living.push(chunk);
            }
            let mut spans: Vec<(u64, u64)> =
                living.iter().map(|&c| (state.chunks[c].address, state.chunks[c].size as u64)).collect();
            spans.extend(state.free.iter().map(|key| (key.address, key.size as u64)));
            spans.sort_unstable();
            assert!(spans.windows(2).all(|w| w[0].0 + w[0].1 <= w[1].0));
            let total: u64 = spans.iter().map(|s| s.1).sum();
            assert_eq!(total, segments.iter().map(|s| s.1 as u64).sum::<u64>());
        }
        living.into_iter().for_each(|chunk| state.give_back(chunk));
        assert_eq!(free(&state), segments.map(|(address, size, _)| (address, size)));
    }
}
