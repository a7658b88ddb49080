//! Which kernel and how many parts of k: the least of estimated times.

use crate::cuda::device::Properties;

/// A kernel's tile, and what it can do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tile {
    /// As it stands in the kernel's name.
    pub name: &'static str,
    pub m: i64,
    pub n: i64,
    /// Parts of k are multiples of it.
    pub step: i64,
    pub threads: u32,
    /// Dynamic shared memory of a block, in bytes.
    pub shared: usize,
    /// Whether it is a kernel of kernels/include/gemm_wgmma.cuh.
    pub wgmma: bool,
    /// Multiply-adds a cycle on a multiprocessor: with all the blocks it holds, and with one.
    pub rate: f64,
    pub rate_alone: f64,
}

/// What is the same for all tensor-core kernels of elements of `size` bytes. Kernels/include/gemm_mma.cuh has the tiles.
pub fn mma_tiles(size: i64) -> [Tile; 3] {
    let tile = |name, m, n, step_bytes, threads, shared, rate, rate_alone| {
        let scale = 2.0 / size as f64;
        Tile {
            name,
            m,
            n,
            step: step_bytes / size,
            threads,
            shared,
            wgmma: false,
            rate: rate * scale,
            rate_alone: rate_alone * scale,
        }
    };
    [
        tile("128x256", 128, 256, 128, 256, 147_456, 1200.0, 1200.0),
        tile("128x128", 128, 128, 64, 128, 49_152, 1100.0, 750.0),
        tile("64x64", 64, 64, 128, 128, 49_152, 650.0, 300.0),
    ]
}

/// The kernels for 16-bit elements on devices that have warpgroups; for small products one that needs less.
pub fn wgmma_tiles() -> [Tile; 3] {
    let tile = |name, n, shared, rate| Tile {
        name,
        m: 128,
        n,
        step: 64,
        threads: 256,
        shared,
        wgmma: true,
        rate,
        rate_alone: rate,
    };
    [tile("128x256", 256, 197_632, 1700.0), tile("128x128", 128, 132_096, 1300.0), mma_tiles(2)[2]]
}

/// A kernel without tensor cores.
const fn simt(name: &'static str, side: i64, rate: f64, rate_alone: f64) -> Tile {
    Tile { name, m: side, n: side, step: 16, threads: 256, shared: 0, wgmma: false, rate, rate_alone }
}
const SIMT_128: Tile = simt("128x128", 128, 105.0, 80.0);
const SIMT_64: Tile = simt("64x64", 64, 60.0, 35.0);

/// f32 and smaller floats without tensor cores.
pub const SIMT_TILES: [Tile; 2] = [SIMT_128, SIMT_64];
/// Integers, and f64 without tensor cores.
pub const WIDE_TILES: [Tile; 1] = [SIMT_64];
/// f64 on tensor cores.
pub const F64_TILES: [Tile; 1] = [Tile { threads: 128, ..simt("64x64", 64, 100.0, 40.0) }];

/// A block's k stays below this, so that kernels count it in 32 bits.
const MOST_K: i64 = 1 << 30;
/// Cycles that a block takes besides its multiplications, and that a second stage takes for being launched.
const BLOCK: f64 = 1500.0;
const SECOND_STAGE: f64 = 5000.0;
/// Bytes of partial sums, written and read, a cycle on a multiprocessor.
const PARTIAL_BYTES: f64 = 16.0;

/// The sizes of a product.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub m: i64,
    pub n: i64,
    pub k: i64,
    pub batches: i64,
}

/// What to use instead of the choice, for measuring: `128x128`, `128x128/4` (in four parts of k), `wgmma` (the kernels of
/// warpgroups, with their own choice), `wgmma-128x256/2`. What does not fit is left out.
#[derive(Default, PartialEq, Debug)]
pub struct Wish {
    pub wgmma: bool,
    pub tile: Option<String>,
    pub splits: Option<i64>,
}

impl Wish {
    pub fn parse(text: &str) -> Wish {
        let (tile, splits) = text.split_once('/').map_or((text, None), |(tile, splits)| (tile, splits.parse().ok()));
        let wgmma = tile.starts_with("wgmma");
        let tile = tile.trim_start_matches("wgmma").trim_start_matches('-');
        Wish { wgmma, tile: (!tile.is_empty()).then(|| tile.to_string()), splits }
    }
}

/// Whether kernels can count a k in so many parts.
pub fn fits(k: i64, splits: i64) -> bool {
    splits >= 1 && splits <= k.min(1024) && k / splits < MOST_K
}

/// The tile of `tiles` and the number of parts of k that should be done soonest.
pub fn choose(properties: &Properties, tiles: &[Tile], s: Sizes) -> Option<(Tile, i64)> {
    let multiprocessors = properties.multiprocessors as f64;
    let mut best: Option<(f64, Tile, i64)> = None;
    for tile in tiles.iter().filter(|t| t.shared <= properties.shared_per_block) {
        let count = ((s.m + tile.m - 1) / tile.m) as f64 * ((s.n + tile.n - 1) / tile.n) as f64 * s.batches as f64;
        let least = (s.k + MOST_K - 1) / MOST_K;
        for splits in [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64] {
            let splits = splits.max(least);
            // A part is worth its block with some steps; more blocks than twice what runs at a time gain nothing.
            let worth = s.k / splits >= 4 * tile.step && count * (splits as f64) < 6.0 * multiprocessors;
            if splits > least && !worth {
                break;
            }
            let k = split(s.k, splits, tile.step).0 as f64;
            let each = (count * splits as f64 / multiprocessors).ceil();
            let rate = if each > 1.0 { tile.rate } else { tile.rate_alone };
            let mut time = each * (tile.m as f64 * tile.n as f64 * k / rate + BLOCK);
            if splits > 1 {
                let partial = splits as f64 * s.m as f64 * s.n as f64 * s.batches as f64 * 8.0;
                time += partial / (PARTIAL_BYTES * multiprocessors) + SECOND_STAGE;
            }
            if best.is_none_or(|(other, ..)| time < other) {
                best = Some((time, *tile, splits));
            }
        }
    }
    best.map(|(_, tile, splits)| (tile, splits))
}

/// `k` in about `splits` parts: the size of each but the last, a multiple of `step` if there are several, and how many
/// there are then.
pub fn split(k: i64, splits: i64, step: i64) -> (i64, i64) {
    if splits <= 1 {
        return (k, 1);
    }
    let each = ((k + splits - 1) / splits + step - 1) / step * step;
    (each, (k + each - 1) / each)
}

/// Rows of a warp and warps of a block in kernels/include/gemv.cuh.
const GEMV_ROWS: i64 = 4;
const GEMV_WARPS: i64 = 8;

/// How a matrix by few columns is cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GemvPlan {
    pub tiles: i64,
    /// Warps that share rows.
    pub sharing: u32,
    pub splits: i64,
    /// Parts of k are multiples of it.
    pub step: i64,
}

/// For A of m × k with 16 bytes of `chunk` elements; along rows if its neighbours are neighbours along k. The
/// multiprocessors should have two blocks each, as long as a warp has some turns.
pub fn gemv(properties: &Properties, s: Sizes, chunk: i64, along_k: bool) -> GemvPlan {
    let wanted = 2 * properties.multiprocessors as i64;
    let line = 32 * chunk; // elements that a warp reads at once
    let (mut sharing, step) = (1, if along_k { line } else { GEMV_WARPS * chunk });
    let tiles = |sharing: i64| {
        let rows = if along_k { GEMV_ROWS * GEMV_WARPS / sharing } else { line };
        (s.m + rows - 1) / rows
    };
    if along_k {
        while sharing < GEMV_WARPS && tiles(sharing) * s.batches < wanted && s.k >= 4 * sharing * line {
            sharing *= 2;
        }
    }
    let tiles = tiles(sharing);
    let turns = if along_k { 2 * sharing * line } else { 4 * GEMV_WARPS * chunk };
    let splits = (wanted / (tiles * s.batches).max(1)).min(s.k / turns).clamp(1, 256).max((s.k + MOST_K - 1) / MOST_K);
    GemvPlan { tiles, sharing: sharing as u32, splits, step }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn h200() -> Properties {
        Properties {
            name: String::new(),
            capability: (9, 0),
            multiprocessors: 132,
            shared_per_block: 232_448,
            threads_per_multiprocessor: 2048,
            l2_bytes: 50 << 20,
            total_memory: 141 << 30,
            memory_bandwidth: 4.8e12,
        }
    }

    fn chosen(m: i64, n: i64, k: i64) -> (&'static str, i64) {
        let (tile, splits) = choose(&h200(), &mma_tiles(2), Sizes { m, n, k, batches: 1 }).unwrap();
        (tile.name, splits)
    }

    #[test]
    fn large_products_take_large_tiles() {
        assert_eq!(chosen(8192, 8192, 8192), ("128x256", 1));
        assert_eq!(chosen(4096, 4096, 4096).1, 1);
        assert_ne!(chosen(4096, 4096, 4096).0, "64x64");
        assert_eq!(chosen(64, 64, 64), ("64x64", 1));
    }

    #[test]
    fn small_results_of_long_sums_are_split() {
        assert!(chosen(256, 256, 16384).1 > 4);
        assert!(chosen(16, 4096, 4096).1 > 1);
    }

    #[test]
    fn tiles_that_do_not_fit_are_left_out() {
        let small = Properties { shared_per_block: 101_376, ..h200() };
        let (tile, _) = choose(&small, &mma_tiles(2), Sizes { m: 8192, n: 8192, k: 8192, batches: 1 }).unwrap();
        assert_eq!(tile.name, "128x128");
        let tiny = Properties { shared_per_block: 32_768, ..h200() };
        assert_eq!(choose(&tiny, &mma_tiles(2), Sizes { m: 64, n: 64, k: 64, batches: 1 }), None);
    }

    #[test]
    fn wishes_are_understood() {
        let wish = |wgmma, tile: &str, splits| Wish { wgmma, tile: (!tile.is_empty()).then(|| tile.into()), splits };
        assert_eq!(Wish::parse(""), wish(false, "", None));
        assert_eq!(Wish::parse("wgmma"), wish(true, "", None));
        assert_eq!(Wish::parse("128x128"), wish(false, "128x128", None));
        assert_eq!(Wish::parse("wgmma-128x256/2"), wish(true, "128x256", Some(2)));
        assert_eq!(Wish::parse("64x64/many"), wish(false, "64x64", None));
        assert!(fits(4096, 4) && !fits(4096, 0) && !fits(3, 4) && !fits(1 << 33, 1));
    }

    #[test]
    fn parts_of_k_cover_it() {
        for k in [1, 15, 16, 17, 4096, 5000, (1 << 31) + 7] {
            for splits in [1, 2, 3, 7, 64] {
                let (each, count) = split(k, splits, 16);
                assert!(each * count >= k && each * (count - 1) < k, "{k} in {splits}: {each} × {count}");
            }
        }
        let long = choose(&h200(), &SIMT_TILES, Sizes { m: 1, n: 1, k: 1 << 33, batches: 1 }).unwrap();
        assert!(split(1 << 33, long.1, 16).0 <= MOST_K);
    }

    #[test]
    fn gemv_fills_the_device() {
        let long = gemv(&h200(), Sizes { m: 1, n: 1, k: 1 << 24, batches: 1 }, 8, true);
        assert!(long.sharing == 8 && long.splits == 256);
        let tall = gemv(&h200(), Sizes { m: 1 << 20, n: 1, k: 4096, batches: 1 }, 8, true);
        assert_eq!((tall.sharing, tall.splits), (1, 1));
        let across = gemv(&h200(), Sizes { m: 4096, n: 1, k: 4096, batches: 1 }, 8, false);
        assert!(across.tiles * across.splits >= 132);
        let nothing = gemv(&h200(), Sizes { m: 8, n: 1, k: 3, batches: 1 }, 8, true);
        assert_eq!((nothing.tiles, nothing.splits), (1, 1));
    }
}
