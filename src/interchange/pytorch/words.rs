//! The allow-list: what a checkpoint's pickle may name, and what that makes here. Nothing of Python's is called.

use crate::dtype::DType;
use crate::error::Result;
use crate::fail;
use crate::interchange::dict::shortened;
use crate::interchange::pickle::{Host, Id, Value, Values};
use crate::list;

/// What the bytes of a storage are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Element {
    Known(DType),
    /// A dtype of PyTorch's that Tendon lacks: harmless as long as nobody wants the tensor.
    Lacking(&'static str),
    /// Plain bytes; the tensor says the dtype.
    Untyped,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Object {
    Function(Function),
    StorageClass(Element),
    DType(Element),
    /// `key` is the place of a text; `numel` is not negative.
    Storage {
        key: Id,
        numel: i64,
        element: Element,
    },
    Tensor(TensorWord),
    /// `kind` is the place of a text.
    Device {
        kind: Id,
        index: Option<i64>,
    },
    /// Something harmless that is left out: bytes, sets.
    Other,
}

/// A tensor as the pickle says it is; only `storage` is known to be one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TensorWord {
    pub storage: Id,
    pub offset: i64,
    pub size: Id,
    pub stride: Id,
    /// None: the storage's.
    pub element: Option<Element>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Function {
    RebuildTensor,
    RebuildTensorV2,
    RebuildTensorV3,
    RebuildParameter,
    OrderedDict,
    DefaultDict,
    Counter,
    Size,
    Device,
    /// Makes bytes or a set.
    Other,
    /// What a defaultdict makes; never called.
    Factory,
}

const FUNCTIONS: [(&str, &str, Function); 25] = [
    ("torch._utils", "_rebuild_tensor", Function::RebuildTensor),
    ("torch._utils", "_rebuild_tensor_v2", Function::RebuildTensorV2),
    ("torch._utils", "_rebuild_tensor_v3", Function::RebuildTensorV3),
    ("torch._utils", "_rebuild_parameter", Function::RebuildParameter),
    ("torch", "Size", Function::Size),
    ("torch", "device", Function::Device),
    ("collections", "OrderedDict", Function::OrderedDict),
    ("collections", "defaultdict", Function::DefaultDict),
    ("collections", "Counter", Function::Counter),
    ("_codecs", "encode", Function::Other),
    ("__builtin__", "bytearray", Function::Other),
    ("__builtin__", "set", Function::Other),
    ("__builtin__", "frozenset", Function::Other),
    ("builtins", "bytearray", Function::Other),
    ("builtins", "set", Function::Other),
    ("builtins", "frozenset", Function::Other),
    ("__builtin__", "dict", Function::Factory),
    ("__builtin__", "list", Function::Factory),
    ("__builtin__", "int", Function::Factory),
    ("__builtin__", "long", Function::Factory),
    ("__builtin__", "float", Function::Factory),
    ("builtins", "dict", Function::Factory),
    ("builtins", "list", Function::Factory),
    ("builtins", "int", Function::Factory),
    ("builtins", "float", Function::Factory),
];

const STORAGES: [(&str, Element); 17] = [
    ("FloatStorage", Element::Known(DType::F32)),
    ("DoubleStorage", Element::Known(DType::F64)),
    ("HalfStorage", Element::Known(DType::F16)),
    ("BFloat16Storage", Element::Known(DType::BF16)),
    ("LongStorage", Element::Known(DType::I64)),
    ("IntStorage", Element::Known(DType::I32)),
    ("ShortStorage", Element::Known(DType::I16)),
    ("CharStorage", Element::Known(DType::I8)),
    ("ByteStorage", Element::Known(DType::U8)),
    ("BoolStorage", Element::Known(DType::Bool)),
    ("ComplexFloatStorage", Element::Lacking("complex64")),
    ("ComplexDoubleStorage", Element::Lacking("complex128")),
    ("QInt8Storage", Element::Lacking("qint8")),
    ("QInt32Storage", Element::Lacking("qint32")),
    ("QUInt8Storage", Element::Lacking("quint8")),
    ("QUInt4x2Storage", Element::Lacking("quint4x2")),
    ("QUInt2x4Storage", Element::Lacking("quint2x4")),
];

const DTYPES: [(&str, Element); 28] = [
    ("float32", Element::Known(DType::F32)),
    ("float64", Element::Known(DType::F64)),
    ("float16", Element::Known(DType::F16)),
    ("bfloat16", Element::Known(DType::BF16)),
    ("int64", Element::Known(DType::I64)),
    ("int32", Element::Known(DType::I32)),
    ("int16", Element::Known(DType::I16)),
    ("int8", Element::Known(DType::I8)),
    ("uint8", Element::Known(DType::U8)),
    ("uint16", Element::Known(DType::U16)),
    ("uint32", Element::Known(DType::U32)),
    ("uint64", Element::Known(DType::U64)),
    ("bool", Element::Known(DType::Bool)),
    ("complex32", Element::Lacking("complex32")),
    ("complex64", Element::Lacking("complex64")),
    ("complex128", Element::Lacking("complex128")),
    ("qint8", Element::Lacking("qint8")),
    ("qint32", Element::Lacking("qint32")),
    ("quint8", Element::Lacking("quint8")),
    ("quint4x2", Element::Lacking("quint4x2")),
    ("quint2x4", Element::Lacking("quint2x4")),
    ("float8_e4m3fn", Element::Lacking("float8_e4m3fn")),
    ("float8_e5m2", Element::Lacking("float8_e5m2")),
    ("float8_e4m3fnuz", Element::Lacking("float8_e4m3fnuz")),
    ("float8_e5m2fnuz", Element::Lacking("float8_e5m2fnuz")),
    ("float8_e8m0fnu", Element::Lacking("float8_e8m0fnu")),
    ("float4_e2m1fn_x2", Element::Lacking("float4_e2m1fn_x2")),
    ("uint4", Element::Lacking("uint4")),
];

impl Element {
    /// Bytes of an element.
    pub fn size(self) -> Option<i64> {
        match self {
            Element::Known(dtype) => Some(dtype.size() as i64),
            Element::Untyped => Some(1),
            Element::Lacking("qint8" | "quint8") => Some(1),
            Element::Lacking("qint32") => Some(4),
            Element::Lacking("complex64") => Some(8),
            Element::Lacking("complex128") => Some(16),
            Element::Lacking(_) => None,
        }
    }

    /// As PyTorch calls the dtype.
    pub fn name(self) -> &'static str {
        match self {
            Element::Untyped => "untyped",
            known => DTYPES.iter().find(|(_, element)| *element == known).map_or("unknown", |(name, _)| name),
        }
    }
}

fn object(module: &str, name: &str) -> Option<Object> {
    if let Some(found) = FUNCTIONS.iter().find(|known| (known.0, known.1) == (module, name)) {
        return Some(Object::Function(found.2));
    }
    let of = |table: &[(&str, Element)]| table.iter().find(|(known, _)| *known == name).map(|(_, element)| *element);
    match module {
        "torch" => of(&STORAGES).map(Object::StorageClass).or_else(|| of(&DTYPES).map(Object::DType)),
        "torch.storage" if name == "UntypedStorage" => Some(Object::StorageClass(Element::Untyped)),
        _ => None,
    }
}

pub struct Words {
    /// How many items may still be copied from one value into another: a pickle can ask for the same ones again and
    /// again.
    budget: usize,
}

/// PyTorch counts its storages; a longer key only costs time.
const MAX_KEY: usize = 255;

impl Words {
    /// For a pickle of that many bytes.
    pub fn new(len: usize) -> Words {
        Words { budget: len }
    }

    /// `OrderedDict([(key, value), …])`, as Python 2 wrote it.
    fn ordered_dict<'a>(&mut self, values: &mut Made<'a>, items: Id) -> Result<Id> {
        let Value::List(items) = values.get(items) else {
            fail!(FORMAT, "an OrderedDict of {}, expected a list", values.kind(items));
        };
        self.budget = match self.budget.checked_sub(items.len()) {
            Some(budget) => budget,
            None => fail!(FORMAT, "the pickle makes the same OrderedDict again and again"),
        };
        let mut pairs = list::with_room(items.len())?;
        for &item in items {
            match values.get(item) {
                Value::List(pair) | Value::Tuple(pair) if pair.len() == 2 => pairs.push((pair[0], pair[1])),
                _ => fail!(FORMAT, "an OrderedDict with an item that is {}, expected a pair", values.kind(item)),
            }
        }
        values.add(Value::Dict(pairs))
    }
}

type Made<'a> = Values<'a, Object>;

impl<'a> Host<'a> for Words {
    type Object = Object;

    fn global(&mut self, module: &'a str, name: &'a str) -> Result<Object> {
        match object(module, name) {
            Some(object) => Ok(object),
            None => {
                fail!(FORMAT, "{}.{} is not on the allow-list: nothing is executed", shortened(module), shortened(name))
            }
        }
    }

    fn call(&mut self, values: &mut Made<'a>, function: Id, arguments: &[Id]) -> Result<Id> {
        let Value::Object(Object::Function(function)) = *values.get(function) else {
            fail!(FORMAT, "a call of {}, which is no function", values.kind(function));
        };
        match (function, arguments) {
            (Function::RebuildTensor, &[storage, offset, size, stride])
            | (Function::RebuildTensorV2, &[storage, offset, size, stride, _, _]) => {
                tensor(values, storage, offset, size, stride, None)
            }
            (Function::RebuildTensorV2, &[storage, offset, size, stride, _, _, metadata]) => {
                check_metadata(values, metadata)?;
                tensor(values, storage, offset, size, stride, None)
            }
            (Function::RebuildTensorV3, &[storage, offset, size, stride, _, _, dtype, ref metadata @ ..])
                if metadata.len() <= 1 =>
            {
                metadata.iter().try_for_each(|&metadata| check_metadata(values, metadata))?;
                match *values.get(dtype) {
                    Value::Object(Object::DType(element)) => {
                        tensor(values, storage, offset, size, stride, Some(element))
                    }
                    _ => fail!(FORMAT, "the dtype of a tensor is {}", values.kind(dtype)),
                }
            }
            (Function::RebuildParameter, &[data, _, _]) => match values.get(data) {
                Value::Object(Object::Tensor(_)) => Ok(data),
                _ => fail!(FORMAT, "a Parameter of {}, expected a tensor", values.kind(data)),
            },
            (Function::OrderedDict | Function::DefaultDict | Function::Counter, &[]) => {
                values.add(Value::Dict(Vec::new()))
            }
            (Function::OrderedDict, &[items]) => self.ordered_dict(values, items),
            (Function::DefaultDict, &[_]) => values.add(Value::Dict(Vec::new())),
            (Function::Counter, &[counts]) if matches!(values.get(counts), Value::Dict(_)) => Ok(counts),
            (Function::Size, &[sizes]) if values.tuple(sizes).is_some() => Ok(sizes),
            (Function::Device, &[kind]) if values.text(kind).is_some() => {
                values.add(Value::Object(Object::Device { kind, index: None }))
            }
            (Function::Device, &[kind, index]) if values.text(kind).is_some() && values.int(index).is_some() => {
                let index = values.int(index);
                values.add(Value::Object(Object::Device { kind, index }))
            }
            (Function::Other, _) => values.add(Value::Object(Object::Other)),
            _ => fail!(FORMAT, "{function:?} is called with {} arguments of other kinds than usual", arguments.len()),
        }
    }

    /// `("storage", class, key, location, numel)`; before PyTorch 1.6 with a view at the end, which is None.
    fn persistent(&mut self, values: &mut Made<'a>, id: Id) -> Result<Id> {
        let (word, class, key, numel) = match values.tuple(id) {
            Some(&[word, class, key, _, numel]) => (word, class, key, numel),
            Some(&[word, class, key, _, numel, view]) if *values.get(view) == Value::None => (word, class, key, numel),
            Some(&[_, _, _, _, _, _]) => fail!(UNSUPPORTED, "a storage that is part of another one"),
            _ => fail!(FORMAT, "a persistent id is {}, expected a tuple of 5", values.kind(id)),
        };
        let (Some("storage"), Some(_), Some(numel)) = (values.text(word), values.text(key), values.int(numel)) else {
            fail!(FORMAT, "a persistent id is not that of a storage");
        };
        if let Some(long) = values.text(key).filter(|key| key.len() > MAX_KEY) {
            fail!(FORMAT, "the key of a storage has {} bytes, at most {MAX_KEY} are expected", long.len());
        }
        let Value::Object(Object::StorageClass(element)) = *values.get(class) else {
            fail!(FORMAT, "a storage of the class {}", values.kind(class));
        };
        if numel < 0 {
            fail!(FORMAT, "a storage of {numel} elements");
        }
        values.add(Value::Object(Object::Storage { key, numel, element }))
    }
}

/// What a tensor is besides its elements: nothing, for one whose bytes are its values.
fn check_metadata(values: &Made, metadata: Id) -> Result<()> {
    match values.get(metadata) {
        Value::None => Ok(()),
        Value::Dict(items) => {
            for &(key, value) in items {
                if let Some(bit @ ("neg" | "conj")) = values.text(key)
                    && *values.get(value) != Value::Bool(false)
                {
                    fail!(UNSUPPORTED, "a tensor with its {bit} bit set: save x.resolve_{bit}()");
                }
            }
            Ok(())
        }
        _ => fail!(FORMAT, "the metadata of a tensor are {}", values.kind(metadata)),
    }
}

fn tensor(values: &mut Made, storage: Id, offset: Id, size: Id, stride: Id, element: Option<Element>) -> Result<Id> {
    let Value::Object(Object::Storage { .. }) = values.get(storage) else {
        fail!(FORMAT, "a tensor over {}, expected a storage", values.kind(storage));
    };
    let Some(offset) = values.int(offset) else {
        fail!(FORMAT, "the offset of a tensor is {}", values.kind(offset));
    };
    values.add(Value::Object(Object::Tensor(TensorWord { storage, offset, size, stride, element })))
}
