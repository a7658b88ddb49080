//! Counter-based random numbers: Philox4x32-10 (Salmon et al., SC 2011).
//!
//! A block is four words, a pure function of seed and block number, so that a fill gives the same numbers on every
//! device and thread count. A fill reserves as many blocks as it needs; word `i` of it is lane `i % 4` of block
//! `offset + i / 4`.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Ten rounds of Philox4x32.
#[inline(always)]
pub fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut a, mut b, mut c, mut d] = counter;
    let [mut k, mut l] = key;
    let mut round = 0;
    while round < 10 {
        let (p, q) = (0xD251_1F53u64 * a as u64, 0xCD9E_8D57u64 * c as u64);
        (a, b, c, d) = ((q >> 32) as u32 ^ b ^ k, q as u32, (p >> 32) as u32 ^ d ^ l, p as u32);
        k = k.wrapping_add(0x9E37_79B9);
        l = l.wrapping_add(0xBB67_AE85);
        round += 1;
    }
    [a, b, c, d]
}

/// Block `number` of the stream of `seed`.
#[inline(always)]
pub fn block(seed: u64, number: u64) -> [u32; 4] {
    philox([number as u32, (number >> 32) as u32, 0, 0], [seed as u32, (seed >> 32) as u32])
}

/// A stream of blocks. Without locks, so that a fork in the middle of anything leaves it usable.
#[derive(Debug)]
pub struct Generator {
    seed: AtomicU64,
    offset: AtomicU64,
}

/// PyTorch's default.
pub const DEFAULT_SEED: u64 = 67_280_421_310_721;

static DEFAULT: Generator = Generator::new(DEFAULT_SEED);

impl Generator {
    pub const fn new(seed: u64) -> Generator {
        Generator { seed: AtomicU64::new(seed), offset: AtomicU64::new(0) }
    }

    /// The generator of the process.
    pub fn default_generator() -> &'static Generator {
        &DEFAULT
    }

    /// Takes `blocks` blocks: the seed and the number of the first.
    ///
    /// Two threads never get the same blocks. A reservation that races with [`Generator::set_seed`] may pair one's seed
    /// with the other's offset.
    pub fn reserve(&self, blocks: u64) -> (u64, u64) {
        let offset = self.offset.fetch_add(blocks, Relaxed);
        (self.seed.load(Relaxed), offset)
    }

    /// `torch.manual_seed`: starts the stream of `seed` from its first block.
    pub fn set_seed(&self, seed: u64) {
        self.set_state(seed, 0);
    }

    /// Seed and next block.
    pub fn state(&self) -> (u64, u64) {
        (self.seed.load(Relaxed), self.offset.load(Relaxed))
    }

    pub fn set_state(&self, seed: u64, offset: u64) {
        self.seed.store(seed, Relaxed);
        self.offset.store(offset, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the Random123 distribution, `kat_vectors`.
    #[test]
    fn known_answers() {
        let f = u32::MAX;
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(philox([f; 4], [f; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        assert_eq!(
            philox([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn reservations_do_not_meet() {
        let g = Generator::new(7);
        std::thread::scope(|s| {
            let taken: Vec<_> =
                (0..4).map(|_| s.spawn(|| (0..100).map(|_| g.reserve(3).1).collect::<Vec<_>>())).collect();
            let mut all: Vec<u64> = taken.into_iter().flat_map(|t| t.join().unwrap()).collect();
            all.sort_unstable();
            assert_eq!(all, (0..400).map(|i| i * 3).collect::<Vec<_>>());
        });
        g.set_seed(9);
        assert_eq!(g.reserve(1), (9, 0));
        assert_eq!(g.state(), (9, 1));
    }
}
