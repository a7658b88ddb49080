//! Plain f64 arrays: the slow reference that ops are compared with.

#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    pub shape: Vec<i64>,
    pub data: Vec<f64>,
}

/// A small generator of its own (SplitMix64), so that the reference shares nothing with the library.
pub struct Rng(pub u64);

impl Rng {
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.bits() % n
    }
}

pub fn numel(shape: &[i64]) -> usize {
    shape.iter().product::<i64>() as usize
}

pub fn strides(shape: &[i64]) -> Vec<i64> {
    let mut s = vec![1; shape.len()];
    for d in (1..shape.len()).rev() {
        s[d - 1] = s[d] * shape[d];
    }
    s
}

/// Every index of `shape`, in C order.
pub fn indices(shape: &[i64]) -> Vec<Vec<i64>> {
    let mut all = vec![vec![]];
    for &n in shape {
        all = all.into_iter().flat_map(|i: Vec<i64>| (0..n).map(move |k| [&i[..], &[k]].concat())).collect();
    }
    all
}

impl Array {
    pub fn new(shape: &[i64], f: impl FnMut() -> f64) -> Array {
        let mut f = f;
        Array { shape: shape.to_vec(), data: (0..numel(shape)).map(|_| f()).collect() }
    }

    pub fn from_fn(shape: &[i64], mut f: impl FnMut(&[i64]) -> f64) -> Array {
        Array { shape: shape.to_vec(), data: indices(shape).iter().map(|i| f(i)).collect() }
    }

    /// The element at `index`, which may be longer (leading dims are dropped) and point past sizes of 1: broadcasting.
    pub fn at(&self, index: &[i64]) -> f64 {
        let lead = index.len() - self.shape.len();
        let position: i64 = strides(&self.shape)
            .iter()
            .zip(&self.shape)
            .zip(&index[lead..])
            .map(|((s, &n), &i)| if n == 1 { 0 } else { s * i })
            .sum();
        self.data[position as usize]
    }

    pub fn map(&self, f: impl Fn(f64) -> f64) -> Array {
        Array { shape: self.shape.clone(), data: self.data.iter().map(|&x| f(x)).collect() }
    }

    pub fn zip(&self, other: &Array, f: impl Fn(f64, f64) -> f64) -> Array {
        let shape = broadcast(&self.shape, &other.shape);
        Array::from_fn(&shape, |i| f(self.at(i), other.at(i)))
    }

    /// `f` over the elements that fall together when `dims` go.
    pub fn reduce(&self, dims: &[usize], keepdim: bool, f: impl Fn(&[f64]) -> f64) -> Array {
        let all: Vec<usize> = if dims.is_empty() { (0..self.shape.len()).collect() } else { dims.to_vec() };
        let kept: Vec<i64> =
            self.shape.iter().enumerate().map(|(d, &n)| if all.contains(&d) { 1 } else { n }).collect();
        let mut groups: Vec<Vec<f64>> = vec![vec![]; numel(&kept)];
        let s = strides(&kept);
        for (i, &x) in indices(&self.shape).iter().zip(&self.data) {
            let at: i64 = (0..i.len()).map(|d| if kept[d] == 1 { 0 } else { s[d] * i[d] }).sum();
            groups[at as usize].push(x);
        }
        let shape = if keepdim {
            kept
        } else {
            self.shape.iter().enumerate().filter(|(d, _)| !all.contains(d)).map(|(_, &n)| n).collect()
        };
        Array { shape, data: groups.iter().map(|g| f(g)).collect() }
    }

    pub fn permute(&self, dims: &[usize]) -> Array {
        let shape: Vec<i64> = dims.iter().map(|&d| self.shape[d]).collect();
        Array::from_fn(&shape, |i| {
            let mut source = vec![0; i.len()];
            dims.iter().zip(i).for_each(|(&d, &k)| source[d] = k);
            self.at(&source)
        })
    }

    pub fn reshape(&self, shape: &[i64]) -> Array {
        Array { shape: shape.to_vec(), data: self.data.clone() }
    }

    /// Elements `start, start + step, …` below `end` along `dim`.
    pub fn slice(&self, dim: usize, start: i64, end: i64, step: i64) -> Array {
        let mut shape = self.shape.clone();
        shape[dim] = (end - start + step - 1) / step;
        Array::from_fn(&shape, |i| {
            let mut source = i.to_vec();
            source[dim] = start + step * i[dim];
            self.at(&source)
        })
    }

    pub fn matmul(&self, other: &Array) -> Array {
        let (a, b) = (&self.shape, &other.shape);
        let batch = broadcast(&a[..a.len() - 2], &b[..b.len() - 2]);
        let (m, k, n) = (a[a.len() - 2], a[a.len() - 1], b[b.len() - 1]);
        let shape = [&batch[..], &[m, n]].concat();
        Array::from_fn(&shape, |i| {
            let (lead, row, column) = (&i[..i.len() - 2], i[i.len() - 2], i[i.len() - 1]);
            (0..k).map(|p| self.at(&[lead, &[row, p]].concat()) * other.at(&[lead, &[p, column]].concat())).sum()
        })
    }

    pub fn largest(&self) -> f64 {
        self.data.iter().filter(|x| x.is_finite()).fold(0f64, |m, x| m.max(x.abs()))
    }
}

pub fn broadcast(a: &[i64], b: &[i64]) -> Vec<i64> {
    let n = a.len().max(b.len());
    let size = |s: &[i64], d: usize| if d + s.len() < n { 1 } else { s[d + s.len() - n] };
    (0..n).map(|d| if size(a, d) == 1 { size(b, d) } else { size(a, d) }).collect()
}

/// erf by its Taylor series, exact to about 1e-14 for |x| ≤ 2.5.
pub fn erf(x: f64) -> f64 {
    let (mut term, mut sum) = (x, x);
    for n in 1..80 {
        term *= -x * x / n as f64;
        sum += term / (2 * n + 1) as f64;
    }
    sum * std::f64::consts::FRAC_2_SQRT_PI
}
