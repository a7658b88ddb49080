//! Sizes and offsets of structs by the rules of the 64-bit C ABIs, and the defaults that the _INIT macros name.
use super::source::{Record, Source, Ty};

/// (size, alignment) in bytes.
pub fn size(source: &Source, ty: &Ty) -> Result<(usize, usize), String> {
    match ty {
        Ty::Pointer { .. } | Ty::Callback { .. } => Ok((8, 8)),
        Ty::Array(of, n) => size(source, of).map(|(bytes, alignment)| (bytes * n, alignment)),
        Ty::Name(name) => match name.as_str() {
            "bool" | "char" | "int8_t" | "uint8_t" => Ok((1, 1)),
            "int16_t" | "uint16_t" => Ok((2, 2)),
            "int32_t" | "uint32_t" | "float" => Ok((4, 4)),
            "int64_t" | "uint64_t" | "size_t" | "double" => Ok((8, 8)),
            _ => match (source.alias(name), source.record(name)) {
                (Some(alias), _) => size(source, &alias.ty),
                (_, Some(record)) => fields(source, record).map(|layout| (layout.size, layout.alignment)),
                _ => Err(format!("the size of {name} is not known")),
            },
        },
    }
}

pub struct Layout {
    /// Offset and size of each field.
    pub places: Vec<(usize, usize)>,
    pub size: usize,
    pub alignment: usize,
}

pub fn fields(source: &Source, record: &Record) -> Result<Layout, String> {
    let (mut places, mut end, mut alignment) = (Vec::new(), 0usize, 1);
    for field in &record.fields {
        let (bytes, own) = size(source, &field.ty).map_err(|e| format!("{}.{}: {e}", record.name, field.name))?;
        alignment = alignment.max(own);
        let at = if record.is_union { 0 } else { end.next_multiple_of(own) };
        places.push((at, bytes));
        end = end.max(at + bytes);
    }
    Ok(Layout { places, size: end.next_multiple_of(alignment), alignment })
}

/// The values that `#define …_INIT {…}` gives the fields of `record`, in their order, with the macro's name.
pub fn init(trailer: &str, record: &str) -> Option<(String, Vec<String>)> {
    let start = format!("{{sizeof({record}),");
    let alone = format!("{{sizeof({record})}}");
    // Long ones are continued.
    let joined = trailer.replace("\\\n", " ");
    let line =
        joined.lines().find(|line| line.starts_with("#define ") && (line.contains(&start) || line.contains(&alone)))?;
    let (head, values) = line.trim_start_matches("#define ").split_once(' ')?;
    let inner = values.trim().strip_prefix('{')?.strip_suffix('}')?;
    let (mut parts, mut depth, mut quoted) = (vec![String::new()], 0, false);
    for c in inner.chars() {
        quoted ^= c == '\'';
        depth += i32::from(c == '{' && !quoted) - i32::from(c == '}' && !quoted);
        match parts.last_mut() {
            _ if c == ',' && depth == 0 && !quoted => parts.push(String::new()),
            Some(part) => part.push(c),
            None => {}
        }
    }
    Some((head.to_string(), parts.iter().map(|part| part.trim().to_string()).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structs_are_laid_out() {
        let source = Source::of(
            "pub type TensorDType = i32;
             #[repr(C)] pub union TensorValue { pub i: i64, pub c: [f64; 2] }
             #[repr(C)] pub struct TensorPair { pub kind: i32, pub value: TensorValue }
             #[repr(C)] pub struct TensorOptions { pub struct_size: u32, pub on: CBool, pub dtype: TensorDType,
                 pub weight: *const Tensor, pub last: CBool }",
        )
        .unwrap();
        let pair = fields(&source, source.record("TensorPair").unwrap()).unwrap();
        assert_eq!((pair.places, pair.size, pair.alignment), (vec![(0, 4), (8, 16)], 24, 8));
        let options = fields(&source, source.record("TensorOptions").unwrap()).unwrap();
        assert_eq!(options.places, [(0, 4), (4, 1), (8, 4), (16, 8), (24, 1)]);
        assert_eq!((options.size, options.alignment), (32, 8));
    }

    #[test]
    fn defaults_are_read() {
        let text =
            "#define A_INIT {sizeof(TensorA), false, {0, 0}, \\\n ',', '{', 1e-3}\n#define B_INIT {sizeof(TensorB)}\n";
        let (name, values) = init(text, "TensorA").unwrap();
        assert_eq!(name, "A_INIT");
        assert_eq!(values, ["sizeof(TensorA)", "false", "{0, 0}", "','", "'{'", "1e-3"]);
        assert_eq!(init(text, "TensorB").unwrap().1, ["sizeof(TensorB)"]);
        assert!(init(text, "TensorC").is_none());
    }
}
