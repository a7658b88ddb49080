use tendon::{backward::*, device::Device::Cpu, dtype::DType, ops::*, scalar::Scalar, tensor::Tensor};
fn t(v: &[f64], s: &[i64]) -> Tensor {
    let b: Vec<u8> = v.iter().flat_map(|x| x.to_ne_bytes()).collect();
    create::from_bytes(&b, s, DType::F64, Cpu).unwrap()
}
fn show(x: &Tensor) -> String {
    tendon::print::to_string(x, &Default::default()).unwrap()
}
#[test]
fn smoke() {
    let x = t(&[1., 2., 3., 4., 5., 6.], &[2, 3]);
    x.set_requires_grad(true).unwrap();
    let w = t(&[1., -1., 0.5, 2., 1., 0.], &[3, 2]);
    w.set_requires_grad(true).unwrap();
    let y = matmul::matmul(&x, &w).unwrap();
    println!("{}", show(&y));
    let p = softmax::softmax(&y, 1, None).unwrap();
    let l = reduce::sum(&elementwise::mul(&p, &y).unwrap(), &[], false, None).unwrap();
    backward(&l, &Options::default()).unwrap();
    println!("{} {}", show(&x.grad().unwrap()), show(&w.grad().unwrap()));
    assert!(backward(&l, &Options::default()).is_err());
    // in place into a view
    let buf = create::zeros(&[3, 2], DType::F64, Cpu).unwrap();
    let a = t(&[2., 3.], &[2]);
    a.set_requires_grad(true).unwrap();
    for i in 0..3 {
        let v = view::select(&buf, 0, i).unwrap();
        in_place::copy(&v, &elementwise::mul_scalar(&a, Scalar::Int(i + 1)).unwrap()).unwrap();
        in_place::mul_scalar(&v, Scalar::Int(2)).unwrap();
    }
    println!("{}", show(&buf));
    let s = reduce::sum(&elementwise::square(&buf).unwrap(), &[], false, None).unwrap();
    backward(&s, &Options::default()).unwrap();
    println!("{}", show(&a.grad().unwrap())); // sum (k a^2)^2 = 14 a^4 -> 56 a^3 = 448, 1512
    drop((x, w, y, p, l, buf, a, s));
    println!("{} {}", tendon::tensor::live_count(), tendon::storage::live_count());
}
