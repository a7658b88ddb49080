//! The statuses that a function's documentation names.
use std::collections::BTreeSet;

use super::source::{Function, Source};

const PREFIX: &str = "TENSOR_ERR_";

/// Words in capitals that are no statuses.
const OTHER_WORDS: [&str; 8] = ["NULL", "NUL", "CUDA", "CPU", "INT64_MAX", "TENSOR_OK", "UTF", "C"];

/// In the order of their numbers: those named after "Errors:", those of the function that it refers to ("as
/// tensor_item, without INVALID_ARGUMENT"), and the ones that follow from the parameters.
pub fn of(
    source: &Source,
    function: &Function,
    takes_handle: bool,
    takes_pointer: bool,
) -> Result<Vec<String>, String> {
    let mut found = said(source, function, 0)?;
    if takes_handle {
        found.insert("INVALID_HANDLE".into());
    }
    if takes_pointer && function.result.is("TensorStatus") {
        found.insert("NULL_POINTER".into());
    }
    Ok(source
        .constants
        .iter()
        .filter_map(|constant| constant.name.strip_prefix(PREFIX))
        .filter(|name| found.contains(*name))
        .map(|name| format!("{PREFIX}{name}"))
        .collect())
}

fn said(source: &Source, function: &Function, depth: usize) -> Result<BTreeSet<String>, String> {
    if depth > 4 {
        return Err(format!("{}: its errors refer to each other in a circle", function.name));
    }
    let known = |word: &str| source.constants.iter().any(|c| c.name.strip_prefix(PREFIX) == Some(word));
    let (before, listed) = function.doc.split_once("Errors:").unwrap_or((&function.doc, ""));
    let mut out = BTreeSet::new();
    // Before the list a name counts where it cannot be another word: "As tensor_data, and DTYPE when ...".
    for word in words(before).filter(|word| known(word) && *word != "CUDA" && *word != "IO") {
        out.insert(word.to_string());
    }
    let mut without = BTreeSet::new();
    let list = words(listed).collect::<Vec<_>>();
    for (i, word) in list.iter().enumerate() {
        if known(word) {
            if i > 0 && list[i - 1] == "without" {
                without.insert(word.to_string());
            } else if *word != "CUDA" || is_item(listed, "CUDA") {
                out.insert(word.to_string());
            }
        } else if word.len() > 3
            && word.chars().all(|c| c.is_ascii_uppercase() || c == '_')
            && !OTHER_WORDS.contains(word)
            && !word.starts_with("TENSOR_")
            && !word.starts_with("TENDON_")
        {
            return Err(format!("{}: {word} is no status", function.name));
        }
    }
    let all = words(&function.doc).collect::<Vec<_>>();
    for pair in all.windows(2).filter(|pair| pair[0].eq_ignore_ascii_case("as")) {
        if let Some(other) = source.functions.iter().find(|other| other.name == pair[1] && other.name != function.name)
        {
            out.extend(said(source, other, depth + 1)?);
        }
    }
    Ok(out.difference(&without).cloned().collect())
}

/// Whether the word stands as an item of the list ("DEVICE, CUDA." or "CUDA (not reached yet)"), not in prose ("no CUDA
/// device").
fn is_item(listed: &str, word: &str) -> bool {
    listed.match_indices(word).any(|(at, _)| {
        let before = listed[..at].trim_end();
        let after = listed[at + word.len()..].trim_start();
        (before.is_empty() || before.ends_with([',', ';']))
            && (after.is_empty() || after.starts_with([',', '.', ';', '(']))
    })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> Source {
        Source::of(
            "pub const TENSOR_ERR_SHAPE: i32 = 300; pub const TENSOR_ERR_DTYPE: i32 = 400;
             pub const TENSOR_ERR_INVALID_HANDLE: i32 = 200; pub const TENSOR_ERR_CUDA: i32 = 1300;
             /// One. Errors: SHAPE, DTYPE when it is NULL.
             #[no_mangle] pub extern \"C\" fn tensor_a() -> TensorStatus { 0 }
             /// Two. Errors: as tensor_a, without DTYPE; no CUDA device.
             #[no_mangle] pub extern \"C\" fn tensor_b() -> TensorStatus { 0 }
             /// As tensor_b, and DTYPE for CUDA. Errors: CUDA.
             #[no_mangle] pub extern \"C\" fn tensor_c() -> TensorStatus { 0 }
             /// Errors: SHAPES.
             #[no_mangle] pub extern \"C\" fn tensor_d() -> TensorStatus { 0 }",
        )
        .unwrap()
    }

    #[test]
    fn names_and_references_are_followed() {
        let source = source();
        let errors = |i: usize| of(&source, &source.functions[i], false, false);
        assert_eq!(errors(0).unwrap(), ["TENSOR_ERR_SHAPE", "TENSOR_ERR_DTYPE"]);
        assert_eq!(errors(1).unwrap(), ["TENSOR_ERR_SHAPE"]);
        assert_eq!(errors(2).unwrap(), ["TENSOR_ERR_SHAPE", "TENSOR_ERR_DTYPE", "TENSOR_ERR_CUDA"]);
        assert!(errors(3).unwrap_err().contains("SHAPES"));
    }
}
