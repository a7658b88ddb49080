//! A tensor as text, as PyTorch prints it: `tensor([[1.0000, 2.5000]], requires_grad=True)`.

use crate::device::Device;
use crate::dtype::DType;
use crate::error::Result;
use crate::fail;
use crate::ops::copy::{contiguous, to_cpu, to_dtype};
use crate::tensor::Tensor;
use crate::tensor::mode::{self, Mode};
use crate::tensor::node::Target;

#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Digits after the point.
    pub precision: usize,
    /// Tensors of more elements are shortened.
    pub threshold: i64,
    /// How many elements stay at each end of a shortened dim.
    pub edge_items: i64,
    /// Columns of a line.
    pub line_width: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options { precision: 4, threshold: 1000, edge_items: 3, line_width: 80 }
    }
}

pub fn to_string(x: &Tensor, options: &Options) -> Result<String> {
    let _mode = mode::within(Mode::NoGrad);
    let prefix = "tensor(";
    let suffix = suffix(x)?;
    if x.numel() == 0 {
        let size = if x.ndim() == 1 { String::new() } else { format!(", size={}", list(x.shape())) };
        return Ok(format!("{prefix}[]{size}{suffix})"));
    }
    let printer = Printer::new(&to_cpu(x)?, options, prefix.len())?;
    let mut body = String::new();
    printer.write(&mut body, 0, 0)?;
    // What follows goes on a line of its own where the last line has no room for it (PyTorch counts 2 too many).
    let last_line = body.rsplit('\n').next().map_or(0, str::len) + if body.contains('\n') { 0 } else { prefix.len() };
    let mut width = last_line + 2;
    for part in suffix.split(", ").skip(1) {
        if width + part.len() + 2 > options.line_width {
            body.push_str(",\n");
            body.push_str(&" ".repeat(prefix.len()));
            width = prefix.len() + part.len();
        } else {
            body.push_str(", ");
            width += part.len() + 2;
        }
        body.push_str(part);
    }
    Ok(format!("{prefix}{body})"))
}

/// What is not the default: dtype, device, part in a graph.
fn suffix(x: &Tensor) -> Result<String> {
    let mut out = String::new();
    if x.device() != Device::Cpu {
        out.push_str(&format!(", device='{}'", x.device()));
    }
    let told_by_elements = matches!(x.dtype(), DType::F32 | DType::I64 | DType::Bool);
    if !told_by_elements || (x.numel() == 0 && x.dtype() != DType::F32) {
        out.push_str(&format!(", dtype={}", x.dtype()));
    }
    match x.target()? {
        Target::Node(origin) => out.push_str(&format!(", grad_fn=<{}>", origin.node.op.name())),
        Target::Leaf(_) => out.push_str(", requires_grad=True"),
        Target::None => {}
    }
    Ok(out)
}

fn list(shape: &[i64]) -> String {
    let sizes: Vec<String> = shape.iter().map(i64::to_string).collect();
    format!("({})", sizes.join(", "))
}

enum Number {
    Bool(bool),
    Int(i128),
    Float(f64),
}

/// How the numbers of one tensor look: chosen once from all that will be shown.
enum Style {
    Plain,
    /// Floats that are all whole: `2.`
    Whole,
    Fixed(usize),
    Scientific(usize),
}

struct Printer<'a> {
    x: Tensor,
    options: &'a Options,
    /// Column of the outermost bracket.
    indent: usize,
    shorten: bool,
    style: Style,
    /// Characters of the longest number.
    width: usize,
}

impl<'a> Printer<'a> {
    fn new(x: &Tensor, options: &'a Options, indent: usize) -> Result<Printer<'a>> {
        // One reading form per category: f64 and 64-bit integers hold all others.
        let wide = match x.dtype() {
            d if d.is_float() => DType::F64,
            DType::U64 | DType::Bool => x.dtype(),
            _ => DType::I64,
        };
        let x = contiguous(&to_dtype(x, wide)?)?;
        let shorten = x.numel() > options.threshold;
        let mut printer = Printer { x, options, indent, shorten, style: Style::Plain, width: 0 };
        let mut shown = Vec::new();
        printer.collect(&mut shown, 0, 0)?;
        printer.style = printer.choose(&shown);
        // As PyTorch: zeros, infinities and NaN do not count, and may stick out.
        let counts = |n: &&Number| !matches!(n, Number::Float(f) if *f == 0.0 || !f.is_finite());
        printer.width = shown.iter().filter(counts).map(|n| printer.format(n).len()).max().unwrap_or(1);
        Ok(printer)
    }

    fn read(&self, index: i64) -> Result<Number> {
        let at = (self.x.layout().offset() + index) as usize * self.x.dtype().size();
        let mut bytes = [0; 8];
        self.x.storage().read(at, &mut bytes[..self.x.dtype().size()])?;
        Ok(match self.x.dtype() {
            DType::Bool => Number::Bool(bytes[0] != 0),
            DType::U64 => Number::Int(u64::from_ne_bytes(bytes) as i128),
            DType::I64 => Number::Int(i64::from_ne_bytes(bytes) as i128),
            DType::F64 => Number::Float(f64::from_ne_bytes(bytes)),
            other => fail!(INTERNAL, "{other} is no reading form"),
        })
    }

    /// The positions along `dim` that are shown; `None` stands for the dots.
    fn shown(&self, dim: usize) -> Vec<Option<i64>> {
        let (n, edge) = (self.x.shape()[dim], self.options.edge_items.max(1));
        if !self.shorten || n <= edge.saturating_mul(2) {
            return (0..n).map(Some).collect();
        }
        (0..edge).map(Some).chain([None]).chain((n - edge..n).map(Some)).collect()
    }

    fn collect(&self, into: &mut Vec<Number>, dim: usize, base: i64) -> Result<()> {
        if dim == self.x.ndim() {
            into.push(self.read(base)?);
            return Ok(());
        }
        for i in self.shown(dim).into_iter().flatten() {
            self.collect(into, dim + 1, base + i * self.x.layout().strides()[dim])?;
        }
        Ok(())
    }

    /// PyTorch's rule: scientific where fixed digits would be too many or all zero.
    fn choose(&self, shown: &[Number]) -> Style {
        let mut floats = false;
        let (mut low, mut high, mut whole) = (f64::INFINITY, 0f64, true);
        for n in shown {
            if let Number::Float(f) = n {
                floats = true;
                if f.is_finite() && *f != 0.0 {
                    low = low.min(f.abs());
                    high = high.max(f.abs());
                    whole &= f.fract() == 0.0;
                }
            }
        }
        let digits = self.options.precision;
        if !floats {
            return Style::Plain;
        }
        if high == 0.0 {
            return Style::Whole;
        }
        let wide = high / low > 1000.0 || high > 1e8;
        match whole {
            true if wide => Style::Scientific(digits),
            true => Style::Whole,
            false if wide || low < 1e-4 => Style::Scientific(digits),
            false => Style::Fixed(digits),
        }
    }

    fn format(&self, n: &Number) -> String {
        match n {
            Number::Bool(b) => if *b { "True" } else { "False" }.into(),
            Number::Int(i) => i.to_string(),
            Number::Float(f) if f.is_nan() => "nan".into(),
            Number::Float(f) if f.is_infinite() => if *f > 0.0 { "inf" } else { "-inf" }.into(),
            Number::Float(f) => match self.style {
                Style::Plain | Style::Whole => format!("{f:.0}."),
                Style::Fixed(digits) => format!("{f:.digits$}"),
                Style::Scientific(digits) => {
                    let text = format!("{f:.digits$e}");
                    // C's exponent: a sign and at least two digits.
                    match text.split_once('e') {
                        Some((m, e)) => match e.strip_prefix('-') {
                            Some(e) => format!("{m}e-{e:0>2}"),
                            None => format!("{m}e+{e:0>2}"),
                        },
                        None => text,
                    }
                }
            },
        }
    }

    fn write(&self, out: &mut String, dim: usize, base: i64) -> Result<()> {
        if self.x.ndim() == 0 {
            out.push_str(&self.format(&self.read(base)?));
            return Ok(());
        }
        out.push('[');
        let stride = self.x.layout().strides()[dim];
        let inner = dim + 1 == self.x.ndim();
        // Elements are separated by ", " and wrapped; rows by a line break, and a blank line more per rank.
        let per_line = ((self.options.line_width.saturating_sub(self.indent + dim)) / (self.width + 2)).max(1);
        let newline = if inner { 1 } else { self.x.ndim() - dim - 1 };
        let margin = " ".repeat(self.indent + dim + 1);
        for (k, i) in self.shown(dim).into_iter().enumerate() {
            if k > 0 {
                out.push(',');
                if !inner || k % per_line == 0 {
                    out.push_str(&"\n".repeat(newline));
                    out.push_str(&margin);
                } else {
                    out.push(' ');
                }
            }
            match i {
                None if inner => out.push_str(" ..."),
                None => out.push_str("..."),
                Some(i) if inner => {
                    let text = self.format(&self.read(base + i * stride)?);
                    out.push_str(&" ".repeat(self.width - text.len().min(self.width)));
                    out.push_str(&text);
                }
                Some(i) => self.write(out, dim + 1, base + i * stride)?,
            }
        }
        out.push(']');
        Ok(())
    }
}
