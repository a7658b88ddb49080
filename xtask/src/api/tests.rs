//! The rules over declarations as others will add them, and the committed header against the file.
use super::*;

fn parameters(text: &str) -> Vec<Json> {
    let types = "
        pub type TensorDType = i32;
        pub struct Tensor { _private: [u8; 0] }
        /// Safe from any thread.
        pub struct TendonToken { _private: [u8; 0] }
        pub type TensorReleaseFn = Option<unsafe extern \"C\" fn(data: *mut c_void, user_data: *mut c_void)>;
        #[repr(C)] pub struct TensorScalar { pub kind: i32 }
        #[repr(C)] pub struct TensorLoadOptions { pub struct_size: u32 }
        #[repr(C)] pub struct TendonInfo { pub struct_size: u32 }\n";
    let source = Source::of(&format!("{types}{text}")).unwrap();
    let since = source.functions.iter().map(|f| (f.name.clone(), "0.1".to_string())).collect();
    let json = function(&source, &source.functions[0], &since).unwrap();
    let Some(Json::List(parameters)) = json.get("parameters") else { panic!() };
    parameters.clone()
}

fn is(parameter: &Json, expected: &[(&str, &str)]) {
    for (name, value) in expected {
        assert_eq!(parameter.get(name), Some(&Json::text(*value)), "{name} of {parameter:?}");
    }
}

#[test]
fn arrays_share_a_count() {
    let p = parameters(
        "/// Saves.
         #[no_mangle] #[must_use] pub extern \"C\" fn tensor_save(path: *const c_char, names: *const *const c_char,
             tensors: *const *const Tensor, n: usize, options: *const TensorLoadOptions) -> TensorStatus { 0 }",
    );
    is(&p[0], &[("role", "path")]);
    is(&p[1], &[("role", "array"), ("element", "const char *"), ("count", "n")]);
    is(&p[2], &[("role", "array"), ("handle", "Tensor"), ("count", "n")]);
    assert_eq!(p[3].get("of"), Some(&Json::texts(["names", "tensors"])));
    is(&p[4], &[("role", "options"), ("struct", "TensorLoadOptions")]);
    assert_eq!(p[4].get("nullable"), Some(&Json::Bool(true)));
}

#[test]
fn foreign_structs_and_consumed_arguments() {
    let p = parameters(
        "/// Takes a tensor of another library over. `out`: new reference, release
         /// with tensor_release.
         #[no_mangle] #[must_use] pub extern \"C\" fn tensor_from_dlpack(managed: *mut DLManagedTensor,
             seen: *const DLManagedTensor, low: *const TensorScalar, made: *mut *mut DLManagedTensor,
             text: *mut *const c_char, out: *mut *mut Tensor) -> TensorStatus { 0 }",
    );
    is(&p[0], &[("role", "foreign"), ("struct", "DLManagedTensor"), ("ownership", "consumed")]);
    is(&p[1], &[("role", "foreign"), ("ownership", "borrowed")]);
    is(&p[2], &[("role", "reference"), ("value", "TensorScalar")]);
    is(&p[3], &[("role", "out"), ("value", "foreign"), ("struct", "DLManagedTensor")]);
    is(&p[4], &[("role", "out"), ("value", "text"), ("ownership", "borrowed")]);
    is(&p[5], &[("role", "out"), ("value", "handle"), ("release", "tensor_release"), ("ownership", "new")]);
}

#[test]
fn buffers_know_what_they_need() {
    let p = parameters(
        "/// Writes the text; `needed` may be NULL.
         #[no_mangle] #[must_use] pub extern \"C\" fn tensor_to_text(x: *mut Tensor, token: *mut TendonToken,
             buffer: *mut c_char, capacity: usize, needed: *mut usize, bytes: *const c_void, nbytes: usize,
             info: *mut TendonInfo) -> TensorStatus { 0 }",
    );
    is(&p[0], &[("role", "handle"), ("access", "exclusive"), ("ownership", "borrowed")]);
    is(&p[1], &[("role", "handle"), ("access", "shared")]);
    is(&p[2], &[("role", "buffer"), ("capacity", "capacity"), ("needed", "needed")]);
    is(&p[3], &[("role", "capacity")]);
    is(&p[4], &[("role", "out"), ("value", "size_t")]);
    assert_eq!(p[4].get("nullable"), Some(&Json::Bool(true)));
    is(&p[5], &[("role", "memory"), ("access", "read"), ("size", "nbytes")]);
    is(&p[6], &[("role", "size")]);
    is(&p[7], &[("role", "answer"), ("struct", "TendonInfo")]);
}

#[test]
fn a_pointer_without_a_role_is_refused() {
    let source =
        Source::of("#[no_mangle] #[must_use] pub extern \"C\" fn tensor_odd(thing: *mut c_void) -> TensorStatus { 0 }")
            .unwrap();
    let since = BTreeMap::from([("tensor_odd".to_string(), "0.1".to_string())]);
    let why = function(&source, &source.functions[0], &since).unwrap_err();
    assert!(why.contains("tensor_odd.thing"), "{why}");
}

#[test]
fn null_in_the_documentation_needs_a_parameter() {
    let source = Source::of(
        "pub struct Tensor { _private: [u8; 0] }
         /// Adds; pass NULL for nothing.
         #[no_mangle] #[must_use] pub extern \"C\" fn tensor_odd(x: *const Tensor) -> TensorStatus { 0 }",
    )
    .unwrap();
    let since = BTreeMap::from([("tensor_odd".to_string(), "0.1".to_string())]);
    assert!(function(&source, &source.functions[0], &since).unwrap_err().contains("speaks of NULL"));
}

/// Every function, parameter and type as the header has it: two readers of src/c_api agree.
#[test]
fn the_header_says_the_same() {
    let root = crate::root();
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).unwrap();
    let source = Source::gather(&root, &config.export.rename).unwrap();
    let ours: Vec<String> = source
        .functions
        .iter()
        .map(|f| {
            let parameters: Vec<_> = f.parameters.iter().map(|p| format!("{} {}", p.ty.c(), p.name)).collect();
            format!("{} {}({})", f.result.c(), f.name, parameters.join(", "))
        })
        .collect();
    let theirs = crate::handles::declarations(&root).unwrap();
    assert_eq!(ours, theirs);
    assert!(ours.len() > 200);
}

/// docs/bindings.md explains every member and every role that occurs.
#[test]
fn members_and_roles_are_documented() {
    fn words(value: &serde_json::Value, into: &mut std::collections::BTreeSet<String>) {
        match value {
            serde_json::Value::Array(items) => items.iter().for_each(|item| words(item, into)),
            serde_json::Value::Object(members) => {
                into.extend(members.keys().cloned());
                into.extend(
                    ["role", "access", "ownership", "kind", "threads"]
                        .iter()
                        .filter_map(|known| members.get(*known)?.as_str().map(str::to_string)),
                );
                members.values().for_each(|member| words(member, into));
            }
            _ => {}
        }
    }
    let root = crate::root();
    let file: serde_json::Value = serde_json::from_str(&generate(&root).unwrap()).unwrap();
    let docs = read(&root.join("docs/bindings.md")).unwrap();
    let mut all = std::collections::BTreeSet::new();
    words(&file, &mut all);
    let missing: Vec<_> = all.iter().filter(|word| !docs.contains(&format!("`{word}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// What the tables speak of is there.
#[test]
fn tables_have_no_relics() {
    let text = generate(&crate::root()).unwrap();
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut known = std::collections::BTreeSet::new();
    for (kind, parts) in [("functions", "parameters"), ("structs", "fields")] {
        for owner in file[kind].as_array().unwrap() {
            let name = owner["name"].as_str().unwrap();
            known.insert(name.to_string());
            known.extend(
                owner[parts].as_array().unwrap().iter().map(|p| format!("{name}.{}", p["name"].as_str().unwrap())),
            );
        }
    }
    let relics: Vec<_> = roles::tabled().into_iter().filter(|name| !known.contains(*name)).collect();
    assert!(relics.is_empty(), "{relics:?}");
}

/// Every handle has a way to end it, and every output of one says how.
#[test]
fn nothing_is_left_open() {
    let text = generate(&crate::root()).unwrap();
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    for handle in file["handles"].as_array().unwrap() {
        assert!(handle["release"].is_string(), "{handle}");
    }
    for function in file["functions"].as_array().unwrap() {
        assert!(!function["doc"].as_str().unwrap().is_empty());
        for parameter in function["parameters"].as_array().unwrap() {
            assert!(parameter["role"].is_string(), "{} {parameter}", function["name"]);
            let new_handle =
                parameter["value"] == "handle" || parameter["role"] == "buffer" && parameter["handle"].is_string();
            assert!(!new_handle || parameter["release"].is_string(), "{} {parameter}", function["name"]);
        }
    }
}
