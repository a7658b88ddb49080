use super::tests::Array;
use super::*;
use crate::layout::Layout;
use std::time::Instant;
pub fn best(mut f: impl FnMut()) -> f64 { let mut b = f64::MAX; for _ in 0..15 { let t = Instant::now(); f(); b = b.min(t.elapsed().as_secs_f64()); } b * 1e6 }
#[test] #[ignore]
fn bench() {
    let n = 1 << 20;
    let vals: Vec<f64> = (0..1000).map(|i| i as f64 * 0.01 - 5.0).collect();
    let c = Layout::contiguous(&[n]);
    for &op in Unary::ALL { 
        let x = Array::of(DType::F32, c.clone(), &vals); let o = Array::new(if op.gives_bool() {DType::Bool} else {DType::F32}, c.clone());
        println!("{op:?} f32 1M: {:.0} us", best(|| unary(op, x.input(), DType::F32, o.output()).unwrap()));
    }
    for &op in Binary::ALL { 
        for d in [DType::F32, DType::BF16, DType::I32] {
        if op == Binary::Div && d == DType::I32 {continue}
        let x = Array::of(d, c.clone(), &vals); let y = Array::of(d, c.clone(), &vals[1..]); let o = Array::new(if op.gives_bool() {DType::Bool} else {d}, c.clone());
        print!("{op:?} {d} 1M: {:.0} us; ", best(|| binary(op, x.input(), y.input(), d, o.output()).unwrap()));
        let s = Array::of(d, Layout::contiguous(&[]).expand(&[n]).unwrap(), &vals[7..]);
        println!("scalar {:.0}; in place {:.0} us", best(|| binary(op, x.input(), s.input(), d, o.output()).unwrap()), if op.gives_bool() {0.0} else {best(|| binary(op, x.input(), y.input(), d, x.output()).unwrap())});
        }
    }
    let c = Layout::contiguous(&[4096, 4096]);
    let x = Array::of(DType::F32, c.clone(), &vals); let row = Array::of(DType::F32, Layout::contiguous(&[4096]).expand(&[4096,4096]).unwrap(), &vals); let o = Array::new(DType::F32, c.clone());
    println!("add 16M + row {:.0} us; add {:.0}", best(|| binary(Binary::Add, x.input(), row.input(), DType::F32, o.output()).unwrap()), best(|| binary(Binary::Add, x.input(), x.input(), DType::F32, o.output()).unwrap()));
    let c = Layout::contiguous(&[1<<20]);
    let k = Array::of(DType::Bool, c.clone(), &[1.0,0.0,0.0]); let x = Array::of(DType::F32, c.clone(), &vals); let y = Array::of(DType::F32, c.clone(), &vals); let o = Array::new(DType::F32, c.clone());
    println!("where 1M {:.0} us; clamp {:.0}", best(|| select(k.input(), x.input(), y.input(), o.output()).unwrap()), best(|| clamp(x.input(), Some(Scalar::Int(-1)), Some(Scalar::Int(1)), o.output()).unwrap()));
    for m in [8i64, 64, 512] {
    let c = Layout::contiguous(&[m]);
    let x = Array::of(DType::F32, c.clone(), &vals); let y = Array::of(DType::F32, c.clone(), &vals); let o = Array::new(DType::F32, c.clone());
    println!("add {m}: {:.1} ns; exp {:.1} ns; in place {:.1}", best(|| for _ in 0..1000 { binary(Binary::Add, std::hint::black_box(x.input()), y.input(), DType::F32, o.output()).unwrap() }), best(|| for _ in 0..1000 { unary(Unary::Exp, std::hint::black_box(x.input()), DType::F32, o.output()).unwrap() }),
     best(|| for _ in 0..1000 { binary(Binary::Add, std::hint::black_box(x.input()), y.input(), DType::F32, x.output()).unwrap() }));
    }
}
