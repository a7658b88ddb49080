//! cmake/tendon.symbols: every exported function and the version it came in. The linker scripts are made from it.
use std::collections::BTreeSet;
use std::path::Path;

use crate::{Outcome, package_version, read, write_if_changed};

const HEADER: &str = "include/tendon.h";
const LIST: &str = "cmake/tendon.symbols";
const PREAMBLE: &str = "\
# Every function that the library exports, and the version it came in. Only these symbols are global in libtendon.
# `cargo xtask symbols` adds what include/tendon.h declares; a line that disappears is an ABI break.
";

pub fn write(root: &Path, remove: bool) -> Outcome {
    let declared = functions(&read(&root.join(HEADER))?);
    let mut listed = parse(&read(&root.join(LIST)).unwrap_or_default())?;
    let gone = disappeared(&listed, &declared);
    if !gone.is_empty() && !remove {
        return Err(format!(
            "listed in {LIST} but not declared in {HEADER}: {}\n\
             If that is meant (nothing released has it, or the soname changes): cargo xtask symbols --remove",
            gone.join(", ")
        ));
    }
    listed.retain(|(name, _)| declared.contains(name));
    let version = package_version(root)?;
    let since = version.rsplitn(2, '.').last().unwrap_or(&version).to_string();
    for name in unlisted(&listed, &declared) {
        listed.push((name, since.clone()));
    }
    listed.sort();
    let mut text = PREAMBLE.to_string();
    for (name, since) in &listed {
        text.push_str(&format!("{name} {since}\n"));
    }
    let changed = write_if_changed(&root.join(LIST), &text)?;
    Ok(format!("{LIST}: {} symbols, {}", listed.len(), if changed { "updated" } else { "unchanged" }))
}

pub fn check(root: &Path) -> Outcome {
    let declared = functions(&read(&root.join(HEADER))?);
    let listed = parse(&read(&root.join(LIST))?)?;
    let gone = disappeared(&listed, &declared);
    if !gone.is_empty() {
        return Err(format!("exported functions disappeared from {HEADER}: {}", gone.join(", ")));
    }
    let missing = unlisted(&listed, &declared);
    if !missing.is_empty() {
        return Err(format!("not listed in {LIST}: {}; run `make header`", missing.join(", ")));
    }
    Ok(format!("{LIST}: {} symbols, all declared", listed.len()))
}

/// Every symbol with its version.
pub fn listed(root: &Path) -> Result<Vec<(String, String)>, String> {
    parse(&read(&root.join(LIST))?)
}

fn disappeared(listed: &[(String, String)], declared: &BTreeSet<String>) -> Vec<String> {
    listed.iter().map(|(name, _)| name.clone()).filter(|name| !declared.contains(name)).collect()
}

fn unlisted(listed: &[(String, String)], declared: &BTreeSet<String>) -> Vec<String> {
    declared.iter().filter(|name| !listed.iter().any(|(known, _)| known == *name)).cloned().collect()
}

/// Lines `name version`; `#` starts a comment.
fn parse(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut out = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (name, since) = line.split_once(' ').ok_or(format!("{LIST}: no version in the line `{line}`"))?;
        out.push((name.to_string(), since.trim().to_string()));
    }
    Ok(out)
}

/// The functions that a header declares: in each statement that is no typedef and no inline function, the word before
/// the first parenthesis.
fn functions(header: &str) -> BTreeSet<String> {
    let text = without_directives(&without_comments(header)).replace("extern \"C\" {", "");
    text.split(';')
        .map(str::trim)
        .filter(|statement| !statement.starts_with("typedef") && !statement.contains("static inline"))
        .filter_map(|statement| statement.split_once('('))
        .map(|(head, _)| {
            head.trim_end().rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("").to_string()
        })
        .filter(|name| name.starts_with("tensor_") || name.starts_with("tendon_"))
        .collect()
}

fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("/*") {
        out.push_str(&rest[..start]);
        rest = rest[start..].find("*/").map_or("", |end| &rest[start + end + 2..]);
    }
    out.push_str(rest);
    out
}

fn without_directives(text: &str) -> String {
    let mut out = String::new();
    let mut continues = false;
    for line in text.lines() {
        let directive = continues || line.trim_start().starts_with('#');
        continues = directive && line.trim_end().ends_with('\\');
        if !directive {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_of_a_header() {
        let header = "
            #define TENSOR_TRY(call) \\
                tensor_macro(call);
            /* tensor_comment(x); */
            extern \"C\" {
            typedef void (*TensorReleaseFn)(void *data);
            typedef struct TensorOptions { bool (*tensor_field)(int x); } TensorOptions;
            TENDON_MUST_USE TensorStatus tensor_add(const Tensor *a, Tensor **out);
            const char *tendon_version_string(void);
            TensorStatus tendon_set_log_callback(void (*callback)(int level, void *user_data), void *user_data);
            }
            static inline int tensor_helper(int x) { int y = x; return y; }";
        let expected = ["tendon_set_log_callback", "tendon_version_string", "tensor_add"];
        assert_eq!(functions(header).iter().map(String::as_str).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn lists_are_compared() {
        let listed = parse("# comment\ntensor_add 0.1\ntensor_gone 0.1\n").unwrap();
        let declared = BTreeSet::from(["tensor_add".to_string(), "tensor_new".to_string()]);
        assert_eq!(disappeared(&listed, &declared), ["tensor_gone"]);
        assert_eq!(unlisted(&listed, &declared), ["tensor_new"]);
        assert!(parse("tensor_add\n").is_err());
    }
}
