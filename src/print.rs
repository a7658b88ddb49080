//! A tensor as text, as PyTorch prints it: `tensor([[1.0000, 2.5000]], requires_grad=True)`.

use crate::device::Device;
use crate::dtype::DType;
use crate::error::{Error, Result};
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
    let mut body = Text::default();
    printer.write(&mut body, 0, 0)?;
    let Text(mut body) = body;
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
    body.push(')');
    body.insert_str(0, prefix);
    Ok(body)
}

/// Text that grows with the tensor: running out of memory is an error.
#[derive(Default)]
struct Text(String);

impl Text {
    fn put(&mut self, part: &str) -> Result<()> {
        self.0.try_reserve(part.len() + SPARE).map_err(|_| Error::out_of_memory(self.0.len() + part.len()))?;
        self.0.push_str(part);
        Ok(())
    }
}

/// Room for what stands around the elements.
const SPARE: usize = 256;

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

/// What decides how the numbers look.
struct Range {
    floats: bool,
    /// Smallest and largest magnitude of those that are finite and not 0.
    low: f64,
    high: f64,
    whole: bool,
}

impl Default for Range {
    fn default() -> Range {
        Range { floats: false, low: f64::INFINITY, high: 0.0, whole: true }
    }
}

impl Range {
    fn see(&mut self, n: &Number) {
        if let Number::Float(f) = n {
            self.floats = true;
            if f.is_finite() && *f != 0.0 {
                self.low = self.low.min(f.abs());
                self.high = self.high.max(f.abs());
                self.whole &= f.fract() == 0.0;
            }
        }
    }

    /// PyTorch's rule: scientific where fixed digits would be too many or all zero.
    fn style(&self, digits: usize) -> Style {
        if !self.floats {
            return Style::Plain;
        }
        if self.high == 0.0 {
            return Style::Whole;
        }
        let wide = self.high / self.low > 1000.0 || self.high > 1e8;
        match self.whole {
            true if wide => Style::Scientific(digits),
            true => Style::Whole,
            false if wide || self.low < 1e-4 => Style::Scientific(digits),
            false => Style::Fixed(digits),
        }
    }
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
        let mut range = Range::default();
        printer.each(0, 0, &mut |n| range.see(n))?;
        printer.style = range.style(options.precision);
        // PyTorch's rule again: zeros, infinities and NaN are padded, but nothing is padded for them.
        let counts = |n: &Number| !matches!(n, Number::Float(f) if *f == 0.0 || !f.is_finite());
        let mut width = 0;
        printer.each(0, 0, &mut |n| {
            if counts(n) {
                width = width.max(printer.format(n).len());
            }
        })?;
        printer.width = width;
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
    fn shown(&self, dim: usize) -> impl Iterator<Item = Option<i64>> + use<> {
        let (n, edge) = (self.x.shape()[dim], self.options.edge_items.max(1));
        let whole = !self.shorten || n - edge <= edge;
        let count = if whole { n } else { 2 * edge + 1 };
        (0..count).map(move |k| match k {
            k if whole || k < edge => Some(k),
            k if k == edge => None,
            k => Some(n - count + k),
        })
    }

    /// Shows `see` every number that is shown.
    fn each(&self, dim: usize, base: i64, see: &mut dyn FnMut(&Number)) -> Result<()> {
        if dim == self.x.ndim() {
            see(&self.read(base)?);
            return Ok(());
        }
        for i in self.shown(dim).flatten() {
            self.each(dim + 1, base + i * self.x.layout().strides()[dim], see)?;
        }
        Ok(())
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

    fn write(&self, out: &mut Text, dim: usize, base: i64) -> Result<()> {
        if self.x.ndim() == 0 {
            return out.put(&self.format(&self.read(base)?));
        }
        out.put("[")?;
        let stride = self.x.layout().strides()[dim];
        let inner = dim + 1 == self.x.ndim();
        // Elements are separated by ", " and wrapped; rows by a line break, and a blank line more per rank.
        let per_line = ((self.options.line_width.saturating_sub(self.indent + dim)) / (self.width.max(1) + 2)).max(1);
        let newline = if inner { 1 } else { self.x.ndim() - dim - 1 };
        let margin = " ".repeat(self.indent + dim + 1);
        for (k, i) in self.shown(dim).enumerate() {
            if k > 0 {
                out.put(",")?;
                if !inner || k % per_line == 0 {
                    out.put(&"\n".repeat(newline))?;
                    out.put(&margin)?;
                } else {
                    out.put(" ")?;
                }
            }
            match i {
                None if inner => out.put(" ...")?,
                None => out.put("...")?,
                Some(i) if inner => {
                    let text = self.format(&self.read(base + i * stride)?);
                    out.put(&" ".repeat(self.width - text.len().min(self.width)))?;
                    out.put(&text)?;
                }
                Some(i) => self.write(out, dim + 1, base + i * stride)?,
            }
        }
        out.put("]")?;
        Ok(())
    }
}
