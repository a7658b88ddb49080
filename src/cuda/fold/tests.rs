use super::*;
use crate::layout::Layout;
use proptest::prelude::*;

/// What the launches of a reduction take, as the kernels walk: per output the places in x, in no order.
fn taken(
    layout: &Layout,
    mask: &[bool],
    source: &Source,
    address: i64,
    size: i64,
    multiprocessors: u32,
) -> Vec<Vec<i64>> {
    let (kept, reduced) = dims(layout.shape(), layout.strides(), mask, source.numbered);
    let outs: i64 = kept.count();
    let mut all = vec![Vec::new(); outs as usize];
    let plan = Plan::new(multiprocessors, address as *const u8, size as usize, kept, reduced, source);
    let mut room = 0;
    let mut space = |bytes, _| {
        room = bytes;
        Ok(Space::NONE)
    };
    let mut launches = Vec::new();
    plan.launch(&mut space, &mut |l| {
        launches.push(l);
        Ok(())
    })
    .unwrap();
    for l in &launches {
        let (f, threads) = (&l.folding, l.threads);
        assert!(threads.is_power_of_two() && (32..=256).contains(&threads));
        let (width, base) = (1u32 << f.shift, (l.x as i64 - address) / size);
        assert!(width <= threads);
        let v = if f.vectors == 0 {
            1
        } else if l.form == "rows" {
            source.vector
        } else {
            source.columns
        };
        let outputs = if l.form == "rows" { 1 } else { v };
        let covered = if l.form == "rows" {
            l.grid[0] as i64 * (threads / width) as i64
        } else {
            l.grid[0] as i64 * width as i64 * if f.vectors == 0 { source.columns } else { 1 }
        };
        assert!(covered >= f.kept.count as i64, "blocks for all outputs");
        assert!(f.splits == 1 || l.form == "columns" || width == threads, "one row per block where parts are joined");
        if f.splits > 1 {
            let per_block = if l.form == "rows" { 1 } else { source.columns as u64 * width as u64 };
            assert!(room >= f.splits as u64 * l.grid[0] as u64 * per_block * source.gathered as u64);
            assert!(l.grid[0] <= COUNTERS && l.grid[1] < 1 << 16);
        }
        let units = if f.length >= 0 { div_ceil(f.length, v) } else { f.reduced.count as i64 };
        assert!(l.grid[1] as i64 * f.share as i64 >= units, "shares cover what is reduced");
        for o in 0..f.kept.count {
            let [at, out] = f.kept.places(o);
            for j in 0..outputs {
                let into = &mut all[(l.out + out + j * f.step) as usize];
                if f.length >= 0 {
                    into.extend((0..f.length).map(|i| base + at + i));
                    continue;
                }
                for r in 0..f.reduced.count {
                    let [place] = f.reduced.places(r);
                    let together = if l.form == "rows" { v } else { 1 };
                    into.extend((0..together).map(|i| base + at + j + place + i));
                    if v > 1 {
                        assert_eq!((address + (base + at + place) * size) % (v * size), 0, "vectors are aligned");
                    }
                }
            }
        }
    }
    assert!(launches.iter().map(|l| l.grid[1]).sum::<u32>() >= launches[0].folding.splits);
    all
}

/// The same from the definition.
fn expected(layout: &Layout, mask: &[bool]) -> Vec<Vec<i64>> {
    let shape = layout.shape();
    let outs: i64 = shape.iter().zip(mask).filter(|(_, m)| !**m).map(|(n, _)| *n).product();
    let mut all = vec![Vec::new(); outs as usize];
    for flat in 0..layout.numel() {
        let (mut rest, mut place, mut out, mut step) = (flat, 0, 0, 1);
        for d in (0..shape.len()).rev() {
            let i = rest % shape[d];
            rest /= shape[d];
            place += i * layout.strides()[d];
            if !mask[d] {
                out += i * step;
                step *= shape[d];
            }
        }
        all[out as usize].push(place);
    }
    all
}

proptest! {
    #[test]
    fn every_element_is_taken_once_for_its_output(
        dims in proptest::collection::vec((1i64..9, any::<bool>(), 0u8..4), 0..5),
        order in any::<u64>(),
        wide in 0usize..3,
        address in 0i64..3,
        size in prop::sample::select(vec![1i64, 2, 4, 8]),
        kind in 0u8..5,
    ) {
        let rank = dims.len();
        let mut shape: Vec<i64> = dims.iter().map(|d| d.0).collect();
        if let Some(n) = shape.get_mut(wide) {
            *n *= 16 * size;
        }
        let mask: Vec<bool> = dims.iter().map(|d| d.1).collect();
        // Dense in some order of the dims, with gaps, or stretched.
        let mut by: Vec<usize> = (0..rank).collect();
        by.sort_by_key(|&d| order.rotate_left(d as u32 * 13).wrapping_mul(0x9E37_79B9));
        let mut strides = vec![0; rank];
        let mut step = 1;
        for &d in by.iter().rev() {
            strides[d] = if dims[d].2 == 3 { 0 } else { step };
            step *= shape[d] + (dims[d].2 == 2) as i64 * 4;
        }
        let layout = Layout::strided(&shape, &strides, 0).unwrap();
        let source = match kind {
            0 => Source::anything(8),
            1 => Source::integers(8),
            4 => Source::bytes(4),
            _ => Source::elements(size.max(2) as usize, 12),
        };
        let size = match kind {
            0 | 1 => size,
            4 => 1,
            _ => size.max(2),
        };
        let mut got = taken(&layout, &mask, &source, address * size, size, 3);
        let mut want = expected(&layout, &mask);
        got.iter_mut().chain(&mut want).for_each(|places| places.sort_unstable());
        prop_assert_eq!(got, want);
    }
}

/// Launches of one shape on a device of 132 multiprocessors: form, grid, threads, shift, vectors.
fn shape_of(shape: &[i64], mask: &[bool], source: Source, size: usize) -> Vec<(&'static str, [u32; 3], u32, u32, u32)> {
    let layout = Layout::contiguous(shape);
    let (kept, reduced) = dims(shape, layout.strides(), mask, source.numbered);
    let mut all = Vec::new();
    Plan::new(132, std::ptr::null(), size, kept, reduced, &source)
        .launch(&mut |_, _| Ok(Space::NONE), &mut |l| {
            all.push((l.form, l.grid, l.threads, l.folding.shift, l.folding.vectors));
            Ok(())
        })
        .unwrap();
    all
}

#[test]
fn large_reductions_fill_the_device() {
    let f32s = Source::elements(4, 4);
    assert_eq!(shape_of(&[64 << 20], &[true], f32s, 4), [("rows", [1, 528, 1], 256, 8, 1)]);
    assert_eq!(shape_of(&[8192, 8192], &[false, true], f32s, 4), [("rows", [8192, 1, 1], 256, 8, 1)]);
    assert_eq!(shape_of(&[8192, 8192], &[true, false], f32s, 4), [("columns", [64, 8, 1], 256, 5, 1)]);
    // Few rows share the device, short rows a warp or less, many rows a warp each.
    let blocks = |shape: &[i64], mask: &[bool]| shape_of(shape, mask, f32s, 4)[0];
    assert!(blocks(&[3, 1 << 24], &[false, true]).1[1] >= 150);
    assert_eq!(blocks(&[1 << 20, 16], &[false, true]), ("rows", [4096, 1, 1], 256, 0, 1));
    assert_eq!(blocks(&[1 << 18, 1024], &[false, true]), ("rows", [1 << 15, 1, 1], 256, 5, 1));
    assert_eq!(blocks(&[10, 5], &[false, true]).0, "rows");
    assert_eq!(blocks(&[1 << 20, 8], &[true, false]).0, "columns");
}

#[test]
fn more_elements_than_a_launch_counts_are_several() {
    let all = shape_of(&[5 << 30], &[true], Source::elements(2, 4), 2);
    assert_eq!(all.len(), 3);
    assert!(all.iter().all(|l| l.0 == "rows" && l.4 == 1 && l.1[1] > 100));
    let kept = shape_of(&[5 << 30, 2], &[false, true], Source::elements(2, 4), 2);
    assert_eq!(kept.len(), 3);
    assert_eq!(
        shape_of(&[0, 3], &[true, false], Source::elements(4, 4), 4).len(),
        1,
        "nothing gives the neutral element"
    );
    assert!(shape_of(&[0, 3], &[false, true], Source::elements(4, 4), 4).is_empty());
}
