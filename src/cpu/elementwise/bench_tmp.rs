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
#[test] #[ignore]
fn bench2() {
    use crate::cpu::{copy::copy, fill::*, random::*, optim::*, index::*};
    let c = Layout::contiguous(&[4096, 4096]);
    let x = Array::of(DType::F32, c.clone(), &[1.0, 2.0, 3.0]); let o = Array::new(DType::F32, c.clone());
    let t = c.permute(&[1, 0]).unwrap();
    println!("transpose copy 4096 {:.0}; clone {:.0}", best(|| copy(In { layout: &t, ..x.input() }, o.output()).unwrap()), best(|| copy(x.input(), o.output()).unwrap()));
    let h = Array::new(DType::BF16, c.clone());
    println!("f32->bf16 16M {:.0}; bf16->f32 {:.0}; add bf16 {:.0}", best(|| copy(x.input(), h.output()).unwrap()), best(|| copy(h.input(), o.output()).unwrap()), best(|| binary(Binary::Add, h.input(), h.input(), DType::BF16, h.output()).unwrap()));
    let h = Array::new(DType::F16, c.clone());
    println!("f32->f16 16M {:.0}; f16->f32 {:.0}", best(|| copy(x.input(), h.output()).unwrap()), best(|| copy(h.input(), o.output()).unwrap()));
    println!("fill 16M {:.0} arange {:.0} rand {:.0} randn {:.0}", best(|| fill(o.output(), Scalar::Int(1)).unwrap()), best(|| arange(o.output(), Scalar::Int(1), Scalar::Int(1)).unwrap()), best(|| uniform(o.output(), 1, 2).unwrap()), best(|| normal(o.output(), 1, 2).unwrap()));
    println!("exp 16M {:.0}; gelu {:.0}", best(|| unary(Unary::Exp, x.input(), DType::F32, o.output()).unwrap()), best(|| unary(Unary::Gelu, x.input(), DType::F32, o.output()).unwrap()));
    println!("add in place 16M {:.0}", best(|| binary(Binary::Add, x.input(), o.input(), DType::F32, x.output()).unwrap()));
    let c = Layout::contiguous(&[8 << 20]);
    let [p, g, m, v] = [0.5, 0.1, 0.0, 0.0].map(|v| Array::of(DType::F32, c.clone(), &[v]));
    let hy = AdamW { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.01, maximize: false, decoupled: true };
    println!("adamw 8M {:.0}; sgd {:.0}", best(|| adamw(p.output(), g.input(), m.output(), v.output(), None, 3, hy).unwrap()), best(|| sgd(p.output(), g.input(), Some(m.output()), false, Sgd { lr: 0.1, momentum: 0.9, dampening: 0.0, weight_decay: 0.0, nesterov: false, maximize: false }).unwrap()));
    let table = Array::of(DType::F32, Layout::contiguous(&[100_000, 384]), &[1.0, 2.0]);
    let idx: Vec<f64> = (0..8192).map(|i| (i * 7919 % 100_000) as f64).collect();
    let idx = Array::of(DType::I64, Layout::contiguous(&[8192]), &idx); let o = Array::new(DType::F32, Layout::contiguous(&[8192, 384]));
    println!("embedding {:.0}; index_add {:.0}", best(|| index_select(table.input(), 0, idx.input(), o.output()).unwrap()), best(|| index_add(table.output(), 0, idx.input(), o.input()).unwrap()));
    let e = Layout::contiguous(&[8192, 1]).expand(&[8192, 384]).unwrap();
    println!("gather {:.0}; scatter_add {:.0}", best(|| gather(table.input(), 0, In { layout: &e, ..idx.input() }, o.output()).unwrap()), best(|| scatter_add(table.output(), 0, In { layout: &e, ..idx.input() }, o.input()).unwrap()));
    let x3 = Array::of(DType::F32, Layout::contiguous(&[1 << 20, 3]), &[1.0, 2.0]); let r3 = Array::of(DType::F32, Layout::contiguous(&[3]).expand(&[1 << 20, 3]).unwrap(), &[1.0, 2.0]); let o3 = Array::new(DType::F32, Layout::contiguous(&[1 << 20, 3]));
    println!("[1M,3]+[3] {:.0}", best(|| binary(Binary::Add, x3.input(), r3.input(), DType::F32, o3.output()).unwrap()));
}
