//! The tables of docs/dtypes.md are what the code does. `TENDON_WRITE_DOCS=1 cargo test --test dtypes` writes them anew.

use std::fmt::Write;
use tendon::dtype::{DType, Operand, result_type};
use tendon::scalar::Scalar;

fn table(corner: &str, columns: &[&str], cell: impl Fn(DType, usize) -> Option<DType>) -> String {
    let mut out = format!("| {corner} |");
    columns.iter().for_each(|c| write!(out, " {c} |").unwrap());
    write!(out, "\n|{}", "---|".repeat(columns.len() + 1)).unwrap();
    for &row in DType::ALL {
        write!(out, "\n| **{row}** |").unwrap();
        for column in 0..columns.len() {
            match cell(row, column) {
                Some(dtype) => write!(out, " {dtype} |").unwrap(),
                None => out.push_str(" – |"),
            }
        }
    }
    out.push('\n');
    out
}

fn tables() -> [(&'static str, String); 2] {
    let names: Vec<&str> = DType::ALL.iter().map(|d| d.name()).collect();
    let pairs = table("", &names, |a, i| DType::promote(a, DType::ALL[i]).ok());
    let numbers = [Scalar::Bool(true), Scalar::Int(1), Scalar::Float(1.0)];
    let kinds = ["bool", "integer", "float", "0-dim i64", "0-dim f32", "0-dim f64"];
    let with_lower = table("tensor with dimensions", &kinds, |a, i| {
        let other = match i {
            0..3 => Operand::Number(numbers[i].dtype()),
            _ => Operand::ZeroDim([DType::I64, DType::F32, DType::F64][i - 3]),
        };
        result_type(&[Operand::Tensor(a), other]).ok().flatten()
    });
    [("promote", pairs), ("lower", with_lower)]
}

#[test]
fn the_tables_of_the_documentation_are_those_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/dtypes.md");
    let text = std::fs::read_to_string(path).unwrap();
    let mut wanted = text.clone();
    for (name, table) in tables() {
        let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let start = wanted.find(&begin).expect("a marker") + begin.len();
        let stop = wanted.find(&end).expect("a marker");
        wanted.replace_range(start..stop, &table);
    }
    if std::env::var_os("TENDON_WRITE_DOCS").is_some() {
        std::fs::write(path, &wanted).unwrap();
    } else {
        assert!(text == wanted, "docs/dtypes.md is out of date: TENDON_WRITE_DOCS=1 cargo test --test dtypes");
    }
}

#[test]
fn promotion_is_commutative_and_keeps_its_own() {
    for &a in DType::ALL {
        assert_eq!(DType::promote(a, a), Ok(a));
        for &b in DType::ALL {
            assert_eq!(DType::promote(a, b).ok(), DType::promote(b, a).ok());
        }
    }
}
