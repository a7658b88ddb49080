//! Size classes: rounding a size up so that freed blocks fit again.

/// The largest size that goes through a thread's bins, in bytes.
pub const SMALL: usize = 32 << 10;
/// The largest size that goes through the central bins, in bytes.
pub const MEDIUM: usize = 1 << 20;

/// Classes of small blocks, and of small and medium ones.
pub const SMALL_CLASSES: usize = 32;
pub const CLASSES: usize = 52;

/// Classes above [`MEDIUM`], up to sizes that no address space has.
pub const LARGE_CLASSES: usize = 8 * 32;

/// The class of `size` bytes, at most [`MEDIUM`]: 64, 128, … 512, then 640, 768, 896, 1024, 1280, …
#[inline]
pub const fn of(size: usize) -> usize {
    let last = size.saturating_sub(1);
    if last < 512 {
        last >> 6
    } else {
        let log = last.ilog2() as usize;
        8 + (log - 9) * 4 + ((last >> (log - 2)) & 3)
    }
}

/// The bytes of a block of `class`.
#[inline]
pub const fn size(class: usize) -> usize {
    if class < 8 { (class + 1) << 6 } else { (5 + (class & 3)) << (7 + (class - 8) / 4) }
}

/// How many blocks of a small class a thread keeps: at most 64 KiB of them, at least 2, at most 256.
pub const fn room(class: usize) -> usize {
    let blocks = (64 << 10) / size(class);
    if blocks > 256 { 256 } else { blocks }
}

/// The class of `size` bytes, above [`MEDIUM`]: 8 steps per doubling. At or above [`LARGE_CLASSES`]: too large.
pub const fn of_large(size: usize) -> usize {
    let last = size - 1;
    let log = last.ilog2() as usize;
    (log - 20) * 8 + ((last >> (log - 3)) & 7)
}

/// The bytes of a block of a large class.
pub const fn large_size(class: usize) -> usize {
    (9 + (class & 7)) << (17 + class / 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_size_has_the_smallest_class_that_holds_it() {
        assert_eq!((of(0), of(1), of(64), of(65), of(512), of(513)), (0, 0, 0, 1, 7, 8));
        assert_eq!((of(SMALL) + 1, of(MEDIUM) + 1), (SMALL_CLASSES, CLASSES));
        for n in 1..=MEDIUM {
            let class = of(n);
            assert!(size(class) >= n && size(class).is_multiple_of(64));
            assert!(class == 0 || size(class - 1) < n);
            assert!(n <= 512 || size(class) - n < n / 4);
        }
        for class in 0..SMALL_CLASSES {
            assert!(room(class) >= 2);
        }
    }

    #[test]
    fn large_classes_waste_an_eighth_at_most() {
        assert_eq!(of_large(MEDIUM + 1), 0);
        for log in 20..50 {
            for n in (0..64).map(|i| (1usize << log) + (i << (log - 6)) + 1).chain([2 << log]) {
                let class = of_large(n);
                assert!(class < LARGE_CLASSES);
                assert!(large_size(class) >= n && large_size(class) - n <= n / 8, "{n}");
                assert!(class == 0 || large_size(class - 1) < n);
            }
        }
        assert!(large_size(LARGE_CLASSES - 1) > 1 << 51);
        assert!(of_large(isize::MAX as usize) >= LARGE_CLASSES);
    }
}
