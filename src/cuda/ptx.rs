//! PTX of one kernel, cut out of a module's: the driver's compiler takes as long as what it is given, and a program uses
//! few of a family's kernels.

use std::collections::HashMap;

/// How declarations and definitions begin, in the first column; other lines there belong to the one before.
const BEGINNINGS: [&str; 8] = [".visible", ".weak", ".entry", ".func", ".extern", ".global", ".const", ".shared"];

/// A declaration or definition at the top of a module.
struct Item<'a> {
    text: &'a str,
    is_entry: bool,
}

impl<'a> Item<'a> {
    /// What it declares: of functions the word before the parameters, of variables the last before size and value.
    fn name(&self) -> &'a str {
        let head = match self.text.find(".func") {
            // What comes back stands before the name: `.func (.param .b32 result) name (`.
            Some(at) => {
                let rest = self.text[at + 5..].trim_start();
                match rest.strip_prefix('(') {
                    Some(result) => result.split_once(')').map_or("", |(_, rest)| rest),
                    None => rest,
                }
            }
            None => self.text,
        };
        let head = head.split(['(', '[', '=', ';', '\n']).next().unwrap_or_default();
        head.split_whitespace().next_back().unwrap_or_default()
    }
}

/// Version and target, then the items in their order.
fn items(ptx: &str) -> (&str, Vec<Item<'_>>) {
    let mut starts = Vec::new();
    let mut at = 0;
    for line in ptx.split_inclusive('\n') {
        if BEGINNINGS.iter().any(|beginning| line.starts_with(beginning)) {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([ptx.len()]);
    let item = |(start, end): (&usize, usize)| {
        let text = &ptx[*start..end];
        Item { text, is_entry: text.lines().next().is_some_and(|line| line.contains(".entry")) }
    };
    (&ptx[..starts.first().copied().unwrap_or(ptx.len())], starts.iter().zip(ends).map(item).collect())
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '$')
}

/// The module with the kernel `entry` alone, and what it uses. `None` if it has no such kernel.
pub fn only(ptx: &str, entry: &str) -> Option<String> {
    let (head, items) = items(ptx);
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
    for (i, item) in items.iter().enumerate() {
        by_name.entry(item.name()).or_default().push(i);
    }
    let wanted = *by_name.get(entry)?.iter().find(|&&i| items[i].is_entry)?;
    let mut used = vec![false; items.len()];
    used[wanted] = true;
    let mut open = vec![wanted];
    while let Some(i) = open.pop() {
        for other in words(items[i].text).filter_map(|word| by_name.get(word)).flatten() {
            if !items[*other].is_entry && !std::mem::replace(&mut used[*other], true) {
                open.push(*other);
            }
        }
    }
    let chosen = items.iter().zip(used).filter(|(_, used)| *used).map(|(item, _)| item.text);
    Some([head].into_iter().chain(chosen).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: &str = "\
// sources 0
.version 8.0
.target sm_75
.func  (.param .b32 r) twice
(
\t.param .b32 x
)
;
.func other(
\t.param .b32 x
)
{
\tret;
}
.global .align 4 .b8 table[8] = {1, 2};
.extern .shared .align 128 .b8 bytes[];
\t// .globl\tfirst
.visible .entry first(
\t.param .u64 p
)
.maxntid 256, 1, 1
{
\tcall.uni (r), twice, (x);
{
.reg .b32 t;
}
}
.visible .entry second()
{
\tmov.u32 %r1, bytes;
}
.func  (.param .b32 r) twice(
\t.param .b32 x
)
{
\tmov.u64 %rd1, table;
}
";

    #[test]
    fn a_kernel_and_what_it_uses() {
        let first = only(MODULE, "first").unwrap();
        assert!(first.starts_with("// sources 0\n.version 8.0\n.target sm_75\n.func  (.param .b32 r) twice\n"));
        assert_eq!((first.matches("twice").count(), first.matches("table").count()), (3, 2));
        assert!(first.contains(".reg .b32 t;") && !first.contains("other") && !first.contains("bytes"));
        assert!(!first.contains("second"));
        let second = only(MODULE, "second").unwrap();
        assert!(second.contains(".extern .shared .align 128 .b8 bytes[];") && !second.contains("twice"));
        assert!(only(MODULE, "twice").is_none() && only(MODULE, "third").is_none());
    }

    /// Every kernel of the library: alone in its module, whole, with all that it names of the module.
    #[test]
    fn every_kernel_can_be_cut_out() {
        let mut kernels = 0;
        for (module, size, packed) in crate::cuda::module::KERNELS {
            let text = miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(packed, *size).unwrap();
            let text = String::from_utf8(text).unwrap();
            let (_, all) = items(&text);
            let entries: Vec<&str> = all.iter().filter(|item| item.is_entry).map(Item::name).collect();
            assert_eq!(entries.len(), text.matches(".entry").count(), "{module}");
            for item in &all {
                let count = |c| item.text.matches(c).count();
                assert!(!item.name().is_empty() && count('{') == count('}'), "{module}: {}", item.text);
            }
            for entry in entries {
                let cut = only(&text, entry).unwrap();
                assert!(cut.matches(".entry").count() == 1 && cut.contains(".target"), "{module}: {entry}");
                let (_, has) = items(&cut);
                let missing = |item: &&Item| !item.is_entry && !has.iter().any(|other| other.name() == item.name());
                let missing: Vec<&str> = all.iter().filter(missing).map(Item::name).collect();
                let of_it: Vec<&str> = words(&cut).filter(|word| missing.contains(word)).collect();
                assert!(of_it.is_empty(), "{module}: {entry} lacks {of_it:?}");
                kernels += 1;
            }
        }
        assert!(kernels > 500 || crate::cuda::module::KERNELS.is_empty(), "{kernels} kernels");
    }
}
