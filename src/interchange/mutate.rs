//! Sound files made unsound at random: what the tests of readers read.

/// Numbers that a seed fixes.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// From 0 to `n - 1`.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % n.max(1)
    }
}

/// One of the `seeds` with one to four changes between `from` and `to` (as far as it has bytes there): bytes flipped,
/// replaced by ones that matter to parsers, doubled, taken out or taken from another seed; or the end cut off.
pub fn mutated(seeds: &[Vec<u8>], interesting: &[u8], from: usize, to: usize, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seeds[dice.below(seeds.len())].clone();
    for _ in 0..=dice.below(4) {
        let end = bytes.len().min(to);
        if end <= from {
            break;
        }
        let at = from + dice.below(end - from);
        let n = (1 + dice.below(12)).min(end - at);
        match dice.below(8) {
            0 => bytes[at] ^= 1 << dice.below(8),
            1 => bytes[at] = dice.below(256) as u8,
            2 => bytes[at] = interesting[dice.below(interesting.len())],
            3 => drop(bytes.drain(at..at + n)),
            4 => {
                let again = bytes[at..at + n].to_vec();
                let place = from + dice.below(end - from);
                bytes.splice(place..place, again);
            }
            5 => {
                let other = &seeds[dice.below(seeds.len())];
                let piece = other[dice.below(other.len())..].iter().take(n).copied().collect::<Vec<u8>>();
                bytes.splice(at..at + n, piece);
            }
            6 => bytes.insert(at, interesting[dice.below(interesting.len())]),
            _ if dice.below(8) == 0 => bytes.truncate(at),
            _ => bytes[at] = bytes[at].wrapping_add(1),
        }
    }
    bytes
}

/// How many cases: few in the everyday form, many with TENDON_TEST_FULL.
pub fn cases(few: u64, many: u64) -> u64 {
    if std::env::var_os("TENDON_TEST_FULL").is_some() { many } else { few }
}
