//! include/tendon.h, made by cbindgen from src/c_api and nothing else.
use std::path::{Path, PathBuf};

use cbindgen::{Builder, Config};

use crate::{Outcome, package_version, read, write_if_changed};

const HEADER: &str = "include/tendon.h";

pub fn write(root: &Path) -> Outcome {
    let (text, breaches) = generate(root)?;
    let changed = write_if_changed(&root.join(HEADER), &text)?;
    for breach in &breaches {
        eprintln!("xtask: warning: {breach}");
    }
    Ok(format!("{HEADER}: {}", if changed { "updated" } else { "unchanged" }))
}

pub fn check(root: &Path) -> Outcome {
    let (text, breaches) = generate(root)?;
    let committed = read(&root.join(HEADER))?;
    if let Some(line) = first_difference(&committed, &text) {
        return Err(format!("{HEADER} differs from what src/c_api says, first in line {line}; run `make header`"));
    }
    if !breaches.is_empty() {
        return Err(breaches.join("\nxtask: "));
    }
    Ok(format!("{HEADER}: up to date"))
}

/// The header's text, and the laws of the C API that src/c_api breaks.
fn generate(root: &Path) -> Result<(String, Vec<String>), String> {
    let c_api = root.join("src/c_api");
    let entry = [c_api.join("mod.rs"), root.join("src/c_api.rs")]
        .into_iter()
        .find(|path| path.exists())
        .ok_or("neither src/c_api/mod.rs nor src/c_api.rs exists")?;

    let mut facts = Facts::default();
    let mut files = vec![entry.clone()];
    if c_api.is_dir() {
        rust_files(&c_api, &mut files)?;
    }
    for path in &files {
        let file = syn::parse_file(&read(path)?).map_err(|e| format!("{}: {e}", path.display()))?;
        facts.gather(&file.items);
    }

    let mut config = Config::from_file(root.join("cbindgen.toml")).map_err(|e| format!("cbindgen.toml: {e}"))?;
    let version = package_version(root)?;
    config.after_includes = config.after_includes.map(|text| fill_version(&text, &version));
    // A public constant that is not the API's stays out of the header.
    config.export.exclude.append(&mut facts.private_constants);
    // cbindgen follows the `mod` lines of this file in their order: that is the order of the header.
    let bindings =
        Builder::new().with_config(config).with_src(&entry).generate().map_err(|e| format!("cbindgen: {e}"))?;
    let mut bytes = Vec::new();
    bindings.write(&mut bytes);
    let text = String::from_utf8(bytes).map_err(|e| format!("cbindgen wrote no UTF-8: {e}"))?;
    Ok((tidy(&text), facts.breaches))
}

fn rust_files(folder: &Path, into: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|e| format!("{}: {e}", folder.display()))?.path();
        if path.is_dir() {
            rust_files(&path, into)?;
        } else if path.extension().is_some_and(|e| e == "rs") && !into.contains(&path) {
            into.push(path);
        }
    }
    into.sort();
    Ok(())
}

/// What cbindgen does not tell: which constants are not the API's, and which functions break the laws.
#[derive(Default)]
struct Facts {
    private_constants: Vec<String>,
    breaches: Vec<String>,
}

impl Facts {
    fn gather(&mut self, items: &[syn::Item]) {
        for item in items {
            match item {
                syn::Item::Mod(module) if !has(&module.attrs, "cfg") => {
                    if let Some((_, inner)) = &module.content {
                        self.gather(inner);
                    }
                }
                syn::Item::Const(constant) => self.constant(constant.ident.to_string()),
                syn::Item::Static(global) => self.constant(global.ident.to_string()),
                syn::Item::Fn(function) => self.function(function),
                _ => {}
            }
        }
    }

    fn constant(&mut self, name: String) {
        if !name.starts_with("TENSOR_") && !name.starts_with("TENDON_") {
            self.private_constants.push(name);
        }
    }

    /// Names start with `tensor_` or `tendon_`; every function has a doc comment; a status must be used, except that of a
    /// release or of a scope's end.
    fn function(&mut self, function: &syn::ItemFn) {
        let exported = function.attrs.iter().any(|attribute| {
            attribute.path().is_ident("no_mangle")
                || matches!(&attribute.meta, syn::Meta::List(list) if list.path.is_ident("unsafe")
                    && list.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("no_mangle")))
        });
        if !exported {
            return;
        }
        let name = function.sig.ident.to_string();
        if !name.starts_with("tensor_") && !name.starts_with("tendon_") {
            self.breaches.push(format!("{name}: a C function is named tensor_… or tendon_…"));
        }
        if !has(&function.attrs, "doc") {
            self.breaches.push(format!("{name}: a C function carries its documentation"));
        }
        let returns_status = matches!(&function.sig.output, syn::ReturnType::Type(_, ty)
            if matches!(&**ty, syn::Type::Path(path) if path.path.segments.last().is_some_and(|s| s.ident == "TensorStatus")));
        let ends_something = name.contains("release") || name.contains("scope_end") || name.ends_with("_end");
        if returns_status && !ends_something && !has(&function.attrs, "must_use") {
            self.breaches.push(format!("{name}: a function that returns TensorStatus carries #[must_use]"));
        }
    }
}

fn has(attributes: &[syn::Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident(name))
}

fn fill_version(text: &str, version: &str) -> String {
    let mut numbers = version.split(['.', '-', '+']);
    let mut next = || numbers.next().unwrap_or("0").to_string();
    text.replace("@VERSION_MAJOR@", &next())
        .replace("@VERSION_MINOR@", &next())
        .replace("@VERSION_PATCH@", &next())
        .replace("@VERSION@", version)
}

/// C comments only, the include guard's end after the trailer, no blanks at line ends, never two empty lines.
fn tidy(text: &str) -> String {
    let guard_end = "#endif  /* TENDON_H */";
    let mut text = text.replace("// __cplusplus", "/* __cplusplus */").replace("// extern \"C\"", "/* extern \"C\" */");
    if text.contains(guard_end) {
        text = text.replace(guard_end, "") + "\n\n#endif /* TENDON_H */\n";
    }
    let mut out = String::with_capacity(text.len());
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && (out.is_empty() || out.ends_with("\n\n"))) {
            out.push_str(line);
            out.push('\n');
        }
    }
    while out.ends_with("\n\n") {
        out.pop();
    }
    out
}

/// The first line, counted from 1, in which two texts differ.
fn first_difference(a: &str, b: &str) -> Option<usize> {
    if a == b {
        return None;
    }
    let same = a.lines().zip(b.lines()).take_while(|(x, y)| x == y).count();
    Some(same + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_filled_in() {
        assert_eq!(
            fill_version("@VERSION_MAJOR@ @VERSION_MINOR@ @VERSION_PATCH@ @VERSION@", "3.14.15"),
            "3 14 15 3.14.15"
        );
    }

    #[test]
    fn text_is_tidied_and_compared() {
        assert_eq!(tidy("\na  \n\n\n\nb\n\n"), "a\n\nb\n");
        assert_eq!(tidy("#endif  /* TENDON_H */\n#define A"), "#define A\n\n#endif /* TENDON_H */\n");
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some(2));
        assert_eq!(first_difference("a\n", "a\n"), None);
    }

    #[test]
    fn breaches_of_the_laws_are_found() {
        let source = "
            #[unsafe(no_mangle)] pub unsafe extern \"C\" fn other() {}
            /// Adds.
            #[unsafe(no_mangle)] pub unsafe extern \"C\" fn tensor_add() -> TensorStatus { 0 }
            /// Good.
            #[must_use] #[unsafe(no_mangle)] pub unsafe extern \"C\" fn tensor_sub() -> TensorStatus { 0 }
            /// Good.
            #[unsafe(no_mangle)] pub unsafe extern \"C\" fn tensor_release() -> TensorStatus { 0 }
            fn helper() {}
            pub const SLOTS: usize = 3;
            pub const TENSOR_OK: i32 = 0;";
        let mut facts = Facts::default();
        facts.gather(&syn::parse_file(source).unwrap().items);
        assert_eq!(facts.private_constants, ["SLOTS"]);
        assert_eq!(facts.breaches.len(), 3, "{:?}", facts.breaches);
    }
}
