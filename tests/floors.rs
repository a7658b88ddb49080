//! The floors of src/: every path (`use`, inline `crate::a::b`, `super::`) points downward or stays in its own module,
//! and `unsafe` is written only in the rooms that are made for it. docs/architecture.md explains both.
//!
//! The reader below knows just enough of Rust: it drops comments, texts and `#[cfg(test)]` items, follows `mod` blocks,
//! and resolves path heads. Paths through `$crate::` and to exported macros are free.
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// From the top down. Modules that share a floor do not know each other …
const FLOORS: &[&[&str]] = &[
    &["c_api"],
    &["optim", "print", "interchange", "autograd"],
    &["backward"],
    &["ops"],
    &["apply"],
    &["tensor"],
    &["storage"],
    &["cpu", "cuda"],
    &["view", "random", "layout", "scalar", "dtype", "device", "list", "function"],
    &["error"],
];

/// … except these, each of which may use the ones after it.
const ORDERED: &[&str] = &["view", "random", "layout", "scalar", "dtype", "device"];

/// Where `unsafe` may stand: modules and what lies inside them.
const UNSAFE_ROOMS: &[&str] = &["c_api", "storage", "view", "cpu", "cuda", "interchange::dlpack", "interchange::map"];

#[test]
fn paths_point_downward() {
    let tree = Tree::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    report("paths that leave their floor", tree.files.iter().flat_map(|f| f.upward_paths(&tree.macros)).collect());
}

#[test]
fn unsafe_code_stays_in_its_rooms() {
    let tree = Tree::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    report("unsafe code outside its rooms", tree.files.iter().flat_map(File::misplaced_unsafe).collect());
}

#[test]
fn every_module_has_a_floor() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut unknown = Vec::new();
    for entry in std::fs::read_dir(&src).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_string();
        let is_module = path.is_dir() || path.extension().is_some_and(|e| e == "rs");
        if is_module && name != "lib" && floor(&name).is_none() {
            unknown.push(format!("src/{name}: not in FLOORS of tests/floors.rs"));
        }
    }
    let tree = Tree::read(&src);
    for file in tree.files.iter().filter(|file| file.module.is_empty()) {
        for name in file.declared_modules().into_iter().filter(|name| floor(name).is_none()) {
            unknown.push(format!("{}: mod {name}: not in FLOORS of tests/floors.rs", file.name));
        }
    }
    report("modules without a floor", unknown);
}

fn report(what: &str, lines: Vec<String>) {
    assert!(lines.is_empty(), "{what}:\n  {}", lines.join("\n  "));
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|modules| modules.contains(&module))
}

/// May the top-level module `from` name the top-level module `to`?
fn may_use(from: &str, to: &str) -> bool {
    let (Some(a), Some(b)) = (floor(from), floor(to)) else { return false };
    let place = |name| ORDERED.iter().position(|&m| m == name);
    from == to || a < b || matches!((place(from), place(to)), (Some(a), Some(b)) if a < b)
}

// ---- The source tree ----

struct Tree {
    files: Vec<File>,
    /// Macros with `#[macro_export]`: they live at the crate's root whatever their floor.
    macros: BTreeSet<String>,
}

impl Tree {
    fn read(src: &Path) -> Tree {
        let mut paths = Vec::new();
        rust_files(src, &mut paths);
        let texts = paths.iter().map(|path| {
            let name = path.strip_prefix(src).unwrap().to_str().unwrap().to_string();
            (name, std::fs::read_to_string(path).unwrap())
        });
        Tree::of(texts.collect())
    }

    /// From (path below src, text) pairs.
    fn of(texts: Vec<(String, String)>) -> Tree {
        let mut test_files = Vec::new();
        let mut files: Vec<File> = texts.iter().map(|(name, text)| File::read(name, text, &mut test_files)).collect();
        files.retain(|file| !test_files.iter().any(|test: &Vec<String>| file.module.starts_with(test)));
        let macros = files.iter().flat_map(File::exported_macros).collect();
        Tree { files, macros }
    }
}

fn rust_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
    into.sort();
}

// ---- One file ----

#[derive(Clone, Debug, PartialEq)]
struct Token {
    /// A word, a single sign, or `::`.
    text: String,
    line: usize,
}

struct File {
    name: String,
    /// `src/cpu/pool.rs` is `["cpu", "pool"]`; lib.rs is `[]`.
    module: Vec<String>,
    tokens: Vec<Token>,
}

impl File {
    /// Notes in `test_files` the modules of other files that `#[cfg(test)] mod x;` declares.
    fn read(name: &str, text: &str, test_files: &mut Vec<Vec<String>>) -> File {
        let mut module: Vec<String> = name.trim_end_matches(".rs").split('/').map(str::to_string).collect();
        if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
            module.pop();
        }
        let tokens = without_tests(tokens(text), &module, test_files);
        File { name: format!("src/{name}"), module, tokens }
    }

    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &token.text)
    }

    fn exported_macros(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut exported = false;
        for at in 0..self.tokens.len() {
            match self.text(at) {
                "macro_export" => exported = true,
                "macro_rules" if exported => {
                    names.push(self.text(at + 2).to_string());
                    exported = false;
                }
                _ => {}
            }
        }
        names
    }

    fn declared_modules(&self) -> Vec<String> {
        let declared = |at: &usize| self.text(*at) == "mod" && matches!(self.text(at + 2), ";" | "{");
        (0..self.tokens.len()).filter(declared).map(|at| self.text(at + 1).to_string()).collect()
    }

    fn misplaced_unsafe(&self) -> Vec<String> {
        let here = self.module.join("::");
        if UNSAFE_ROOMS.iter().any(|room| here == *room || here.starts_with(&format!("{room}::"))) {
            return Vec::new();
        }
        let found = self.tokens.iter().filter(|token| token.text == "unsafe");
        found.map(|token| format!("{}:{}: unsafe in {here}", self.name, token.line)).collect()
    }

    /// One line for each path that leads up, sideways, or to the root itself (from where all floors are open).
    fn upward_paths(&self, macros: &BTreeSet<String>) -> Vec<String> {
        let Some(from) = self.module.first() else { return Vec::new() }; // lib.rs only lists the modules
        let mut wrong = Vec::new();
        // The module we are in, and for each `mod x {` the depth of braces outside it.
        let mut module = self.module.clone();
        let mut outer_depths = Vec::new();
        let mut depth = 0;
        for at in 0..self.tokens.len() {
            match self.text(at) {
                "{" => depth += 1,
                "}" => {
                    depth -= 1;
                    if outer_depths.last() == Some(&depth) {
                        outer_depths.pop();
                        module.pop();
                    }
                }
                "mod" if self.text(at + 2) == "{" => {
                    outer_depths.push(depth);
                    module.push(self.text(at + 1).to_string());
                }
                "crate" | "super" | "self" if at == 0 || !matches!(self.text(at - 1), "::" | "$") => {
                    for to in self.targets(at, &module) {
                        let free = macros.contains(&to) && floor(&to).is_none();
                        if !free && !may_use(from, &to) {
                            wrong.push(format!("{}:{}: {from} uses {to}", self.name, self.tokens[at].line));
                        }
                    }
                }
                _ => {}
            }
        }
        wrong
    }

    /// The top-level modules that the path or use-tree whose head stands at `at` names, seen from `module`.
    fn targets(&self, mut at: usize, module: &[String]) -> Vec<String> {
        let mut base = match self.text(at) {
            "crate" => Vec::new(),
            "super" => module[..module.len().saturating_sub(1)].to_vec(),
            _ => module.to_vec(),
        };
        let head = self.text(at).to_string();
        at += 1;
        while self.text(at) == "::" && self.text(at + 1) == "super" {
            base.pop();
            at += 2;
        }
        if let Some(top) = base.first() {
            // Inside a top-level module; a group could still climb out of it.
            let mut found = vec![top.clone()];
            if self.text(at) == "::" && self.text(at + 1) == "{" {
                let climbs = self.group(at + 1).into_iter().filter(|first| first == "super");
                found.extend(climbs.map(|_| "super in a group (write it out)".to_string()));
            }
            return found;
        }
        match (self.text(at), self.text(at + 1)) {
            ("::", "{") => self.group(at + 1).into_iter().map(root_item).collect(),
            ("::", first) => vec![root_item(first.to_string())],
            ("as", _) => vec!["the crate's root".to_string()],
            // `pub(crate)`, `pub(super)`, a method's `self`.
            _ if head != "super" || matches!(self.text(at), ")") => Vec::new(),
            _ => vec!["the crate's root".to_string()],
        }
    }

    /// The first word of each member of the group `{a, b::c, d::{e, f}}` that opens at `at`.
    fn group(&self, mut at: usize) -> Vec<String> {
        let mut firsts = Vec::new();
        let mut depth = 0;
        let mut expects_member = false;
        loop {
            match self.text(at) {
                "" => return firsts,
                "{" => {
                    depth += 1;
                    expects_member = depth == 1;
                }
                "}" => {
                    depth -= 1;
                    if depth == 0 {
                        return firsts;
                    }
                }
                "," => expects_member = depth == 1,
                word => {
                    if expects_member {
                        firsts.push(word.to_string());
                    }
                    expects_member = false;
                }
            }
            at += 1;
        }
    }
}

fn root_item(first: String) -> String {
    if first == "*" || first == "self" { "the crate's root".to_string() } else { first }
}

/// Drops every item under `#[cfg(test)]` or a `cfg` that needs `test`.
fn without_tests(tokens: Vec<Token>, module: &[String], test_files: &mut Vec<Vec<String>>) -> Vec<Token> {
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if text(at) == "#" && text(at + 1) == "[" && text(at + 2) == "cfg" {
            let end = closing(&tokens, at + 1);
            let words: Vec<&str> = (at + 2..end).map(text).collect();
            if words.contains(&"test") && !words.contains(&"not") && !words.contains(&"any") {
                at = end + 1;
                while text(at) == "#" {
                    at = closing(&tokens, at + 1) + 1;
                }
                if let Some(name) = [at, at + 1].into_iter().find(|&i| text(i) == "mod" && text(i + 2) == ";") {
                    test_files.push(module.iter().cloned().chain([text(name + 1).to_string()]).collect());
                }
                while at < tokens.len() && !matches!(text(at), ";" | "{") {
                    at = if matches!(text(at), "(" | "[") { closing(&tokens, at) + 1 } else { at + 1 };
                }
                at = if text(at) == "{" { closing(&tokens, at) + 1 } else { at + 1 };
                continue;
            }
        }
        kept.push(tokens[at].clone());
        at += 1;
    }
    kept
}

/// Where the bracket that opens at `at` closes.
fn closing(tokens: &[Token], at: usize) -> usize {
    let mut depth = 0;
    for (i, token) in tokens.iter().enumerate().skip(at) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => {
                depth -= 1;
                if depth == 0 {
                    return i;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}

/// Words and signs, without comments and without what stands between quotes.
fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let get = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut out = Vec::new();
    let mut line = 1;
    let mut i = 0;
    while i < chars.len() {
        let start = i;
        match chars[i] {
            '/' if get(i + 1) == '/' => {
                while i < chars.len() && chars[i] != '\n' {
                    i += 1;
                }
            }
            '/' if get(i + 1) == '*' => {
                let mut depth = 0;
                loop {
                    match (get(i), get(i + 1)) {
                        ('/', '*') => (depth, i) = (depth + 1, i + 2),
                        ('*', '/') => (depth, i) = (depth - 1, i + 2),
                        _ => i += 1,
                    }
                    if depth == 0 || i >= chars.len() {
                        break;
                    }
                }
            }
            '"' => i = after_text(&chars, i),
            '\'' => {
                // A character, or a lifetime.
                if get(i + 1) == '\\' {
                    i += 3;
                    while i < chars.len() && chars[i] != '\'' {
                        i += 1;
                    }
                    i += 1;
                } else {
                    i += if get(i + 2) == '\'' { 3 } else { 1 };
                }
            }
            c if c.is_alphanumeric() || c == '_' => {
                while get(i).is_alphanumeric() || get(i) == '_' {
                    i += 1;
                }
                let word: String = chars[start..i].iter().collect();
                let prefix = matches!(word.as_str(), "r" | "b" | "br" | "c" | "cr");
                let hashes = (i..).take_while(|&j| get(j) == '#').count();
                if prefix && word.contains('r') && get(i + hashes) == '"' {
                    i = after_raw_text(&chars, i, hashes);
                } else if prefix && get(i) == '"' {
                    i = after_text(&chars, i);
                } else if word == "r" && hashes == 1 {
                    i += 1; // r#type: the word follows
                } else if !(word == "b" && get(i) == '\'') {
                    out.push(Token { text: word, line });
                }
            }
            ':' if get(i + 1) == ':' => {
                out.push(Token { text: "::".to_string(), line });
                i += 2;
            }
            c => {
                if !c.is_whitespace() {
                    out.push(Token { text: c.to_string(), line });
                }
                i += 1;
            }
        }
        line += chars[start..i.min(chars.len())].iter().filter(|&&c| c == '\n').count();
    }
    out
}

fn after_text(chars: &[char], quote: usize) -> usize {
    let mut i = quote + 1;
    while i < chars.len() && chars[i] != '"' {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    i + 1
}

fn after_raw_text(chars: &[char], hash: usize, hashes: usize) -> usize {
    let mut i = hash + hashes + 1;
    while i < chars.len() {
        if chars[i] == '"' && (0..hashes).all(|k| chars.get(i + 1 + k) == Some(&'#')) {
            return i + 1 + hashes;
        }
        i += 1;
    }
    i
}

// ---- Would it see a fault? ----

/// The wrong paths in a made-up file; `fail` is an exported macro.
fn wrong(name: &str, text: &str) -> Vec<String> {
    let error = "#[macro_export] macro_rules! fail { () => { $crate::error::Error } }";
    let tree = Tree::of(vec![("error.rs".to_string(), error.to_string()), (name.to_string(), text.to_string())]);
    tree.files.iter().flat_map(|file| file.upward_paths(&tree.macros)).collect()
}

#[track_caller]
fn caught(name: &str, text: &str, expected: &[&str]) {
    let found = wrong(name, text);
    let ends = found.len() == expected.len() && found.iter().zip(expected).all(|(line, end)| line.ends_with(end));
    assert!(ends, "{name}: {text}\n  found {found:?}\n  expected {expected:?}");
}

#[test]
fn upward_and_sideways_paths_are_caught() {
    caught("ops/softmax.rs", "use crate::backward::Walk;", &["ops uses backward"]);
    caught("ops/softmax.rs", "fn f() -> crate::c_api::Tensor { todo!() }", &["ops uses c_api"]);
    caught("cpu/softmax.rs", "use crate::cuda::Stream;", &["cpu uses cuda"]);
    caught("optim/adam.rs", "use crate::autograd::checkpoint;", &["optim uses autograd"]);
    caught("error.rs", "use crate::dtype;", &["error uses dtype"]);
    caught("device.rs", "use crate::dtype;", &["device uses dtype"]);
    caught("layout.rs", "use crate::random::Generator;", &["layout uses random"]);
    caught("tensor/mod.rs", "use crate::{error::Result, apply::{self, Plan}, ops};", &["uses apply", "uses ops"]);
    caught("tensor/node.rs", "use super::super::ops::add;", &["tensor uses ops"]);
    caught("layout.rs", "use super::storage::Storage;", &["layout uses storage"]);
    caught("layout.rs", "mod a { mod b { use super::super::super::tensor::Tensor; } }", &["layout uses tensor"]);
    caught("layout.rs", "mod a { } use super::tensor::Tensor;", &["layout uses tensor"]);
    caught("layout.rs", "use self::super::tensor::Tensor;", &["layout uses tensor"]);
    caught("tensor/mod.rs", "use super::{ops, layout};", &["tensor uses ops"]);
    caught("tensor/a.rs", "use super::{super::ops};", &["super in a group (write it out)"]);
    caught("storage.rs", "use crate::*;", &["uses the crate's root"]);
    caught("storage.rs", "use crate as everything;", &["uses the crate's root"]);
    caught("storage.rs", "use super as everything;", &["uses the crate's root"]);
    caught("storage.rs", "use crate::{self as everything};", &["uses the crate's root"]);
    caught("storage.rs", "use crate::nobody_knows;", &["storage uses nobody_knows"]);
    caught("storage.rs", "fn f<'a>(x: &'a str) { let c = '\"'; crate::ops::g(); let d = '\"'; }", &["uses ops"]);
    caught("storage.rs", "#[cfg(not(test))] use crate::ops;", &["uses ops"]);
    caught("storage.rs", "#[cfg(test)] mod tests { use crate::ops; } use crate::apply;", &["uses apply"]);
    caught("storage.rs", "/* \n */ \"\n\"; crate::ops::f();", &["src/storage.rs:3: storage uses ops"]);
}

#[test]
fn downward_paths_are_free() {
    for (name, text) in [
        ("c_api/mod.rs", "use crate::{optim, ops::{self, add}, error::Result};"),
        ("ops/softmax.rs", "use super::reduce; use crate::apply::apply; use crate::tensor::{Tensor, node::{Node}};"),
        ("ops/mod.rs", "pub(crate) fn f(self) {} pub(super) fn g() {} pub(in crate::ops) fn h() {} self::f();"),
        ("random.rs", "use crate::layout; use crate::scalar; use crate::dtype; use crate::device;"),
        ("layout.rs", "use crate::fail; fn f() { crate::fail!(Shape, \"{}\", 3) }"),
        ("layout.rs", "macro_rules! m { () => { $crate::tensor::Tensor } }"),
        ("layout.rs", "// crate::ops\n/* crate::ops /* crate::ops */ crate::ops */ /// crate::ops\n"),
        ("layout.rs", "const T: &str = \"crate::ops \\\" crate::ops\"; const R: &str = r#\"\" crate::ops\"#;"),
        ("layout.rs", "const B: &[u8] = b\"crate::ops\"; const C: u8 = b'\"'; const D: u8 = b'\\''; // crate::ops"),
        ("layout.rs", "#[cfg(test)]\n#[allow(dead_code)]\nmod tests { use crate::ops; fn f() { { } } }"),
        ("layout.rs", "#[cfg(all(test, unix))] use crate::{ops};"),
        ("lib.rs", "pub use ops::add; mod ops; mod tensor;"),
    ] {
        caught(name, text, &[]);
    }
}

#[test]
fn test_modules_in_files_of_their_own_are_left_out() {
    let texts = [("ops/mod.rs", "#[cfg(test)] mod tests;"), ("ops/tests.rs", "use crate::c_api;")];
    let tree = Tree::of(texts.map(|(name, text)| (name.to_string(), text.to_string())).to_vec());
    assert_eq!(tree.files.len(), 1);
}

#[test]
fn misplaced_unsafe_is_caught() {
    let count = |name: &str, text: &str| File::read(name, text, &mut Vec::new()).misplaced_unsafe().len();
    assert_eq!(count("ops/add.rs", "fn f() { unsafe { g() } } unsafe impl Send for X {}"), 2);
    assert_eq!(count("interchange/npy.rs", "unsafe fn f() {}"), 1);
    assert_eq!(count("interchange/dlpack.rs", "unsafe fn f() {}"), 0);
    assert_eq!(count("cpu/pool.rs", "unsafe fn f() {}"), 0);
    assert_eq!(count("cpu_like.rs", "unsafe fn f() {}"), 1);
    assert_eq!(count("layout.rs", "#![forbid(unsafe_code)] // unsafe\n const X: &str = \"unsafe\";"), 0);
    assert_eq!(count("layout.rs", "#[cfg(test)] mod tests { unsafe fn f() {} }"), 0);
}

#[test]
fn unknown_modules_have_no_floor() {
    assert!(floor("helpers").is_none() && !may_use("helpers", "error") && !may_use("ops", "helpers"));
    let file = File::read("lib.rs", "pub mod ops; mod helpers { } #[cfg(test)] mod checks;", &mut Vec::new());
    assert_eq!(file.declared_modules(), ["ops", "helpers"]);
}
