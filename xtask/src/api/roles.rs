//! What each parameter and field is for: from its type, its place beside others, the words of the documentation, and,
//! where none of them tells, the tables at the top.
use super::json::Json;
use super::source::{Function, Slot, Source, Ty};

/// Names, as `function.parameter`, `Struct.field` or the bare name of a parameter, with a reason.
type Table = &'static [(&'static str, &'static str)];

/// NULL stands for "not given", in words that `null_in_words` does not read.
const NULLABLE: Table = &[
    ("tensor_set_grad.grad", "NULL clears the gradient"),
    ("tendon_set_cancel_token.token", "NULL = none"),
    ("tendon_set_parallel_for.fn", "NULL = the library's own threads"),
    ("tendon_set_log_callback.fn", "NULL = nowhere"),
    ("tendon_cuda_stream_from_native.cuda_stream", "NULL is the default stream"),
    ("tensor_clamp.low", "NULL leaves a side open"),
    ("tensor_clamp.high", "NULL leaves a side open"),
    ("tensor_clamp_.low", "NULL leaves a side open"),
    ("tensor_clamp_.high", "NULL leaves a side open"),
    ("tendon_has_feature.name", "a NULL name is one that it does not know"),
    ("TensorHostBufferOptions.strides", "NULL = C order"),
    ("TensorHostBufferOptions.release", "NULL = nobody is told"),
    ("TensorHostBufferOptions.release_queue", "NULL = at once"),
    ("TensorDlpackOptions.release_queue", "NULL = at once"),
    ("TendonPendingRelease.release", "NULL when none waits"),
];

/// The documentation says NULL of something else than a parameter.
const NULL_IS_ABOUT_ELSE: Table = &[("tendon_release_queue_next", "of the answer")];

/// Pointers to memory or to things of the system that are only passed on.
const OPAQUE: Table = &[
    ("cuda_stream", "a cudaStream_t"),
    ("user_data", "the caller's, handed back"),
    ("TendonPendingRelease.data", "handed to release"),
    ("context", "the library's, handed back to it"),
];

/// Memory that is used after the call has returned.
const KEPT: Table = &[
    ("tensor_from_host_buffer.data", "borrowed until options.release is called"),
    ("tensor_from_device_buffer.data", "borrowed until options.release is called"),
];

/// Handle arguments that end with a successful call, besides those of functions named …_release and …_end.
const CONSUMED: Table = &[];

/// The count of an array that stands elsewhere.
const COUNTS: &[(&str, &str, &str)] = &[
    ("TensorHostBufferOptions.strides", "ndim", "the number of sizes in the call that takes the options"),
    ("tensor_grad_of.out", "n", "a gradient for each input"),
];

/// Outputs that a successful call may leave NULL.
const NULL_OUTPUTS: Table = &[
    ("tensor_grad.out", "no gradient yet"),
    ("tensor_grad_of.out", "an unused input under allow_unused"),
    ("tendon_cuda_stream_native.out", "the default stream"),
];

/// Functions whose TensorStatus is an answer and not a failure.
const STATUS_IS_ANSWER: Table = &[("tendon_last_error_status", "asks for the last failure")];

/// Functions without an exclusive handle that still want to be alone.
const ALONE: Table = &[("tendon_set_parallel_for", "no other thread computes")];

fn in_table(table: Table, owner: &str, name: &str) -> bool {
    table.iter().any(|(entry, _)| *entry == name || *entry == owner || *entry == format!("{owner}.{name}"))
}

/// The entries that name something, for a test that it is there.
#[cfg(test)]
pub fn tabled() -> Vec<&'static str> {
    let tables = [NULLABLE, NULL_IS_ABOUT_ELSE, KEPT, CONSUMED, NULL_OUTPUTS, STATUS_IS_ANSWER, ALONE];
    tables.into_iter().flatten().map(|(name, _)| *name).chain(COUNTS.iter().map(|(name, ..)| *name)).collect()
}

/// An object under construction.
pub struct Entry(Vec<(String, Json)>);

impl Entry {
    pub fn new() -> Entry {
        Entry(Vec::new())
    }

    pub fn with(mut self, name: &str, value: Json) -> Entry {
        self.0.push((name.into(), value));
        self
    }

    pub fn text(self, name: &str, value: impl Into<String>) -> Entry {
        self.with(name, Json::text(value))
    }

    /// Only where it is true.
    pub fn flag(self, name: &str, truth: bool) -> Entry {
        if truth { self.with(name, Json::Bool(true)) } else { self }
    }

    pub fn extend(mut self, other: Entry) -> Entry {
        self.0.extend(other.0);
        self
    }

    pub fn json(self) -> Json {
        Json::Object(self.0)
    }
}

/// The parameters of a function or the fields of a struct, with what is said about all of them together.
pub struct List<'a> {
    pub source: &'a Source,
    /// The function or struct.
    pub owner: &'a str,
    pub doc: &'a str,
    pub slots: &'a [Slot],
}

impl List<'_> {
    /// The members that follow `name` and `type`, for the slot at `i`.
    pub fn role(&self, i: usize) -> Result<Entry, String> {
        let slot = &self.slots[i];
        let name = slot.name.as_str();
        if slot.ty.is("size_t")
            && let Some(entry) = self.counting(i)
        {
            return Ok(entry);
        }
        if matches!(slot.ty, Ty::Pointer { .. }) {
            return self.pointer(i);
        }
        if self.source.is_callback(&slot.ty) {
            let data = self.slots[i + 1..].iter().find(|other| other.name == "user_data");
            let entry = Entry::new().text("role", "callback").text("callback", slot.ty.c());
            let entry = match data {
                Some(data) => entry.text("user_data", data.name.clone()),
                None => entry,
            };
            return Ok(entry.flag("nullable", self.nullable(i)));
        }
        if name == "struct_size" || name == "reserved" {
            return Ok(Entry::new().text("role", name));
        }
        Ok(Entry::new().text("role", "value"))
    }

    /// A size_t that counts what stands before it.
    fn counting(&self, i: usize) -> Option<Entry> {
        let name = self.slots[i].name.as_str();
        let counted: Vec<String> =
            (0..i).filter(|at| self.count_of(*at) == Some(i)).map(|at| self.slots[at].name.clone()).collect();
        if counted.is_empty() {
            return None;
        }
        let role = match name {
            _ if is_capacity(name) => "capacity",
            "nbytes" => "size",
            _ => "count",
        };
        Some(Entry::new().text("role", role).with("of", Json::texts(counted)))
    }

    /// Where the count of the array, memory or buffer at `i` stands: the size_t after it, or after it and other arrays
    /// of pointers.
    fn count_of(&self, i: usize) -> Option<usize> {
        let (target, constant) = self.slots[i].ty.target()?;
        let many = matches!(target, Ty::Pointer { .. });
        let mut at = i + 1;
        while many && constant && self.is_array_of_pointers(at) {
            at += 1;
        }
        let next = self.slots.get(at).filter(|next| next.ty.is("size_t"))?;
        if !constant {
            let memory = target.is("void") && next.name == "nbytes";
            return (memory || is_capacity(&next.name)).then_some(at);
        }
        let single = self.source.is_handle(target) || self.is_struct(target);
        (!single && (is_count(&next.name) || next.name == "nbytes")).then_some(at)
    }

    fn is_array_of_pointers(&self, i: usize) -> bool {
        self.slots
            .get(i)
            .and_then(|slot| slot.ty.target())
            .is_some_and(|(target, constant)| constant && matches!(target, Ty::Pointer { .. }))
    }

    /// Options and answers: structs that begin with their size.
    fn is_struct(&self, ty: &Ty) -> bool {
        matches!(ty, Ty::Name(name) if self.source.record(name)
            .is_some_and(|record| record.fields.first().is_some_and(|field| field.name == "struct_size")))
    }

    fn nullable(&self, i: usize) -> bool {
        let slot = &self.slots[i];
        in_table(NULLABLE, self.owner, &slot.name)
            || slot.name == "user_data"
            || null_in_words(self.doc, &slot.name)
            || slot.doc.contains("NULL = ")
            || self.slots.len() == 1 && self.doc.contains("NULL is fine")
            || self.doc.contains("A pointer may be NULL")
    }

    fn pointer(&self, i: usize) -> Result<Entry, String> {
        let slot = &self.slots[i];
        let name = slot.name.as_str();
        let full = format!("{}.{name}", self.owner);
        let (target, constant) = slot.ty.target().ok_or("no pointer")?;
        let elsewhere = COUNTS.iter().find(|(entry, ..)| *entry == full).map(|(_, count, _)| count.to_string());
        let count = self.count_of(i).map(|at| self.slots[at].name.clone()).or(elsewhere);
        let nullable = self.nullable(i);
        if let Some(count) = count {
            return Ok(self.many(i, target, constant, &count).flag("nullable", nullable));
        }
        if self.source.is_handle(target) {
            return Ok(self.handle(slot, target, constant).flag("nullable", nullable));
        }
        if self.is_struct(target) {
            let role = if constant { "options" } else { "answer" };
            return Ok(Entry::new().text("role", role).text("struct", target.c()).flag("nullable", constant));
        }
        if target.is("char") && constant {
            let role = if name == "path" || name.ends_with("_path") { "path" } else { "text" };
            return Ok(Entry::new().text("role", role).flag("nullable", nullable));
        }
        if target.is("void") {
            return match in_table(OPAQUE, self.owner, name) {
                true => {
                    let role = if name == "user_data" { "user_data" } else { "opaque" };
                    Ok(Entry::new().text("role", role).flag("nullable", nullable))
                }
                false => Err(format!("{full}: what is this pointer for? Say it in a table of xtask/src/api/roles.rs")),
            };
        }
        if let Ty::Name(struct_name) = target
            && !self.is_value(target)
        {
            // A struct of another library, `struct DLManagedTensor *`, which only passes through. Without const it goes over.
            let ownership = if !constant || self.is_consumed(slot) { "consumed" } else { "borrowed" };
            let entry = Entry::new().text("role", "foreign").text("struct", struct_name.trim_start_matches("struct "));
            return Ok(entry.text("ownership", ownership).flag("nullable", nullable));
        }
        if constant {
            return Ok(Entry::new().text("role", "reference").text("value", target.c()).flag("nullable", nullable));
        }
        Ok(self.output(slot, target).flag("nullable", nullable))
    }

    fn is_value(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Name(name) => {
                self.source.record(name).is_some()
                    || self.source.alias(name).is_some()
                    || ["bool", "float", "double", "size_t"].contains(&name.as_str())
                    || name.ends_with("_t")
            }
            _ => true,
        }
    }

    /// An array, memory or a buffer of which the number of elements is an argument.
    fn many(&self, i: usize, target: &Ty, constant: bool, count: &str) -> Entry {
        let slot = &self.slots[i];
        if target.is("void") && !is_capacity(count) {
            let access = if constant { "read" } else { "write" };
            let access = if in_table(KEPT, self.owner, &slot.name) { "kept" } else { access };
            return Entry::new().text("role", "memory").text("size", count).text("access", access);
        }
        let role = if constant { "array" } else { "buffer" };
        let entry = Entry::new().text("role", role).text("element", target.c());
        let entry = match target {
            Ty::Pointer { to, .. } if self.source.is_handle(to) => entry.text("handle", to.c()),
            _ => entry,
        };
        let entry = entry.text(if is_capacity(count) { "capacity" } else { "count" }, count);
        if constant {
            return match target {
                Ty::Pointer { to, .. } if self.source.is_handle(to) => {
                    entry.text("ownership", if self.doc.contains("keeps them") { "kept" } else { "borrowed" })
                }
                _ => entry,
            };
        }
        let entry = match (target, self.ownership(&slot.name)) {
            (Ty::Pointer { to, .. }, (kind, Some(release))) if self.source.is_handle(to) => {
                entry.text("ownership", kind).text("release", release)
            }
            _ => entry,
        };
        let entry = entry.flag("may_be_null", in_table(NULL_OUTPUTS, self.owner, &slot.name));
        let after = self.count_of(i).and_then(|at| self.slots.get(at + 1));
        let after = after.filter(|slot| matches!(slot.ty.target(), Some((to, false)) if to.is("size_t")));
        let entry = match after {
            Some(slot) if slot.name == "written" => entry.text("written", "written"),
            // How many there are, whatever the capacity.
            Some(slot) => entry.text("needed", slot.name.clone()),
            None if self.doc.contains("Returns the bytes that the whole") => entry.text("needed", "return"),
            None => entry,
        };
        match self.size_question() {
            Some(question) => entry.text("size_from", question),
            None => entry,
        }
    }

    /// "tensor_ndim(x) of them", "less than tensor_optimizer_state_size".
    fn size_question(&self) -> Option<String> {
        let words: Vec<&str> = self.doc.split_whitespace().collect();
        let mut named = words.windows(3).filter_map(|three| match three {
            [question, "of", "them;"] => question.split_once('(').map(|(name, _)| name),
            ["less", "than", question] => Some(question.trim_end_matches([',', '.', ';'])),
            _ => None,
        });
        named.find(|name| name.starts_with("tensor_") || name.starts_with("tendon_")).map(str::to_string)
    }

    fn is_consumed(&self, slot: &Slot) -> bool {
        let ends = self.slots.len() == 1 && (self.owner.ends_with("_release") || self.owner.ends_with("_end"));
        ends || in_table(CONSUMED, self.owner, &slot.name) || self.doc.contains(&format!("`{}`: consumed", slot.name))
    }

    fn handle(&self, slot: &Slot, target: &Ty, constant: bool) -> Entry {
        let ownership = if self.is_consumed(slot) { "consumed" } else { "borrowed" };
        Entry::new()
            .text("role", "handle")
            .text("handle", target.c())
            .text("access", self.access(target, constant))
            .text("ownership", ownership)
    }

    /// Who else may use the handle during the call.
    fn access(&self, target: &Ty, constant: bool) -> &'static str {
        let doc = self.source.handles.iter().find(|(name, _)| target.is(name)).map_or("", |(_, doc)| doc.as_str());
        if doc.contains("Safe from any thread") {
            "shared"
        } else if doc.contains("on this thread") || doc.contains("for this thread") {
            "own thread"
        } else if constant && !doc.contains("One call at a time") {
            "shared"
        } else {
            "exclusive"
        }
    }

    fn output(&self, slot: &Slot, target: &Ty) -> Entry {
        let entry = Entry::new().text("role", "out");
        let may_be_null = in_table(NULL_OUTPUTS, self.owner, &slot.name);
        let Ty::Pointer { to, .. } = target else { return entry.text("value", target.c()) };
        if self.source.is_handle(to) {
            let (kind, release) = self.ownership(&slot.name);
            let entry = entry.text("value", "handle").text("handle", to.c()).text("ownership", kind);
            let entry = match release {
                Some(release) => entry.text("release", release),
                None => entry,
            };
            return entry.flag("may_be_null", may_be_null);
        }
        let value = match &**to {
            to if to.is("char") => "text",
            Ty::Name(name) if !to.is("void") && !self.is_value(to) => {
                let entry = entry.text("value", "foreign").text("struct", name.trim_start_matches("struct "));
                return entry.text("ownership", "new").flag("may_be_null", may_be_null);
            }
            _ => "address",
        };
        let entry = entry.text("value", value).text("element", to.c()).text("ownership", "borrowed");
        entry.flag("may_be_null", may_be_null)
    }

    /// "`out`: new reference, release with tensor_release": the kind and the function.
    fn ownership(&self, name: &str) -> (&'static str, Option<String>) {
        let said = [format!("`{name}`: "), format!("`*{name}`: "), "Each handle: ".to_string(), "Each: ".to_string()]
            .iter()
            .find_map(|start| self.doc.split_once(start.as_str()).map(|(_, said)| said.to_string()))
            .unwrap_or_default();
        let release = ["release with ", "end with "].iter().find_map(|start| {
            let (_, rest) = said.split_once(start)?;
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            Some(rest[..end].to_string())
        });
        (if said.starts_with("borrowed") { "borrowed" } else { "new" }, release)
    }
}

fn is_capacity(name: &str) -> bool {
    name == "capacity" || name.ends_with("_capacity")
}

fn is_count(name: &str) -> bool {
    name.starts_with('n') || name == "count" || name.ends_with("_count")
}

/// Whether a clause about `name` says that it may be NULL.
fn null_in_words(doc: &str, name: &str) -> bool {
    let quoted = format!("`{name}`");
    doc.split(['.', ';']).any(|clause| {
        clause.split_once(&quoted).is_some_and(|(_, after)| {
            let to_next = after.split('`').next().unwrap_or(after);
            to_next.contains("NULL") && !to_next.contains("not NULL") && !to_next.contains("not be NULL")
        })
    })
}

/// What the function returns.
pub fn result(function: &Function, takes_handle: bool) -> Entry {
    let entry = Entry::new().text("type", function.result.c());
    let name = function.result.c();
    let doc = &function.doc;
    let is_bool = doc.starts_with("1 if") || doc.starts_with("1 when");
    match name.as_str() {
        "void" => entry.text("role", "none"),
        "TensorStatus" if !in_table(STATUS_IS_ANSWER, &function.name, &function.name) => entry.text("role", "status"),
        "const char *" => {
            entry.text("role", "text").text("ownership", if doc.contains("for ever") { "static" } else { "borrowed" })
        }
        _ if takes_handle || doc.contains("with the error stored") || doc.contains("on failure") => {
            let failure = if name == "TensorDType" || name == "size_t" { 0 } else { -1 };
            let entry = entry.text("role", "question").with("failure", Json::number(failure));
            entry.flag("ambiguous", doc.contains("can itself be -1")).flag("bool", is_bool)
        }
        _ => entry.text("role", "value").flag("bool", is_bool),
    }
}

pub fn is_alone(function: &str) -> bool {
    in_table(ALONE, function, function)
}

/// The documentation speaks of NULL and nothing here is nullable: a rule or a table is behind.
pub fn null_is_unexplained(function: &Function, explained: bool) -> bool {
    function.doc.replace("NULL_POINTER", "").contains("NULL")
        && !explained
        && !in_table(NULL_IS_ABOUT_ELSE, &function.name, &function.name)
}
