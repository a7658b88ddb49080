use super::*;
use crate::error::status;

/// Takes every word for itself and every call for its arguments.
struct Plain;

impl<'a> Host<'a> for Plain {
    type Object = usize;

    fn global(&mut self, module: &'a str, name: &'a str) -> Result<usize> {
        Ok(module.len() + name.len())
    }

    fn call(&mut self, values: &mut Values<'a, usize>, _: Id, arguments: &[Id]) -> Result<Id> {
        values.add(Value::Tuple(arguments.to_vec()))
    }

    fn persistent(&mut self, _: &mut Values<'a, usize>, id: Id) -> Result<Id> {
        Ok(id)
    }
}

/// As Python prints it.
fn shown(input: &[u8]) -> Result<String> {
    fn show(values: &Values<usize>, id: Id) -> String {
        let all = |items: &[Id]| items.iter().map(|&item| show(values, item)).collect::<Vec<_>>().join(", ");
        match values.get(id) {
            Value::None => "None".into(),
            Value::Bool(value) => if *value { "True" } else { "False" }.into(),
            Value::Int(number) => number.to_string(),
            Value::Long(bytes) => format!("{bytes:?}"),
            Value::Float(number) => format!("{number:?}"),
            Value::Text(text) => format!("'{text}'"),
            Value::Bytes(bytes) => format!("b{bytes:?}"),
            Value::List(items) => format!("[{}]", all(items)),
            Value::Tuple(items) => format!("({})", all(items)),
            Value::Set(items) => format!("{{{}}}", all(items)),
            Value::Dict(items) => {
                let items = items.iter().map(|&(key, value)| format!("{}: {}", show(values, key), show(values, value)));
                format!("{{{}}}", items.collect::<Vec<_>>().join(", "))
            }
            Value::Object(n) => format!("<{n}>"),
        }
    }
    let unpickled = unpickle(input, &mut Plain)?;
    assert_eq!(unpickled.len, input.len());
    Ok(show(&unpickled.values, unpickled.top))
}

/// Each by Python's `pickle.dumps(value, 2)`, `3`, `4` or `5`.
#[test]
fn values_are_those_of_python() {
    let cases: [(&[u8], &str); 11] = [
        (b"\x80\x02(NK\x01M\xe8\x03J\xff\xff\xff\xffJ\x00\x00\x00\x80tq\x00.", "(None, 1, 1000, -1, -2147483648)"),
        (b"\x80\x02\x8a\x05\x00\x00\x00\x00\x01.", "4294967296"),
        (b"\x80\x02\x8a\x06\x00\x00\x00\x00\x00\x80.", "-140737488355328"),
        (b"\x80\x02\x8a\x00.", "0"),
        (b"\x80\x02\x88\x89\x86G?\xf0\x00\x00\x00\x00\x00\x00\x86.", "((True, False), 1.0)"),
        (
            b"\x80\x02}q\x00(X\x01\x00\x00\x00aq\x01]q\x02(K\x01K\x02eX\x02\x00\x00\x00\xc3\xa4q\x03h\x02u.",
            "{'a': [1, 2], 'ä': [1, 2]}",
        ),
        (b"\x80\x04\x95\x0a\x00\x00\x00\x00\x00\x00\x00\x8c\x01a\x94\x8c\x01b\x94\x86.", "('a', 'b')"),
        (b"\x80\x04\x95\x09\x00\x00\x00\x00\x00\x00\x00\x8f\x94(K\x01K\x02\x90.", "{1, 2}"),
        (b"\x80\x04(K\x01K\x02\x91\x94.", "{1, 2}"),
        (b"\x80\x03C\x02\x00\xff.", "b[0, 255]"),
        (b"\x80\x02cab\ncd\n)\x81K\x05\x85R.", "(5)"),
    ];
    for (input, expected) in cases {
        assert_eq!(shown(input).unwrap_or_else(|e| panic!("{expected}: {e}")), expected);
    }
}

/// A million levels, made and dropped on a small stack.
#[test]
fn depth_is_free() {
    let run = || {
        let mut input = b"\x80\x02".to_vec();
        input.push(b']');
        input.extend(std::iter::repeat_n([b']', b'2', b'0'], 100_000).flatten());
        input.extend(std::iter::repeat_n(0x85, 1_000_000));
        input.push(b'.');
        let unpickled = unpickle(&input, &mut Plain).unwrap();
        assert_eq!(unpickled.values.tuple(unpickled.top).map(<[Id]>::len), Some(1));
    };
    std::thread::Builder::new().stack_size(256 << 10).spawn(run).unwrap().join().unwrap();
}

#[test]
fn there_are_limits() {
    let reason = |input: &[u8]| {
        let error = unpickle(input, &mut Plain).err().unwrap();
        assert_eq!(error.status(), status::FORMAT, "{error}");
        error.message().to_string()
    };
    let mut wide = b"\x80\x02".to_vec();
    wide.extend(std::iter::repeat_n(b'N', MAX_STACK + 1));
    assert_eq!(reason(&wide), "byte 1048578 of the pickle: more than 1048576 values on the stack");
    let mut many = b"\x80\x02".to_vec();
    many.extend(std::iter::repeat_n(*b"N0", MAX_VALUES + 1).flatten());
    assert!(reason(&many).ends_with("the pickle makes more than 16777216 values"));
}
