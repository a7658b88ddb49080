//! tests/handles/probes.h: one small C function for each handle argument and each pointer that must not be NULL, of every
//! function of the header. tests/c/handles.c runs them all with numbers that are no handles.
use std::collections::BTreeMap;
use std::path::Path;

use crate::{Outcome, read, write_if_changed};

const HEADER: &str = "include/tendon.h";
const FILE: &str = "tests/handles/probes.h";
const PREAMBLE: &str = "\
/* Made from include/tendon.h by `cargo xtask handles`. Do not edit. */

";

pub fn write(root: &Path) -> Outcome {
    let changed = write_if_changed(&root.join(FILE), &generate(root)?)?;
    Ok(format!("{FILE}: {}", if changed { "updated" } else { "unchanged" }))
}

pub fn check(root: &Path) -> Outcome {
    if read(&root.join(FILE))? != generate(root)? {
        return Err(format!("{FILE} does not fit {HEADER}; run `make header`"));
    }
    Ok(format!("{FILE}: up to date"))
}

/// The kinds of handle, as the words of the messages.
const KINDS: [(&str, &str); 10] = [
    ("Tensor", "TENSOR"),
    ("TensorOptimizer", "OPTIMIZER"),
    ("TendonCancelToken", "CANCEL_TOKEN"),
    ("TensorScope", "SCOPE"),
    ("TensorMode", "MODE"),
    ("TendonCudaStream", "CUDA_STREAM"),
    ("TendonCudaEvent", "CUDA_EVENT"),
    ("TendonCudaStreamScope", "CUDA_STREAM_SCOPE"),
    ("TensorDict", "DICT"),
    ("TendonReleaseQueue", "RELEASE_QUEUE"),
];

/// Arguments for which a NULL handle is not an error.
const NULL_IS_FINE: [&str; 15] = [
    "tensor_release.x",
    "tensor_optimizer_release.optimizer",
    "tensor_dict_release.dict",
    "tendon_cancel_token_release.token",
    "tendon_set_cancel_token.token",
    "tendon_release_queue_release.queue",
    "tensor_from_host_buffer.options.release_queue",
    "tensor_from_device_buffer.options.release_queue",
    "tensor_set_grad.grad",
    "tendon_cuda_stream_release.stream",
    "tendon_cuda_event_release.event",
    "tensor_linear.bias",
    "tensor_backward.options.gradient",
    "tensor_grad_of.options.gradient",
    "tensor_cross_entropy.options.weight",
];

/// Structs that are filled in and begin with their size.
const ANSWERS: [&str; 4] =
    ["TensorLoadStats", "TendonMemoryInfo", "TendonCudaDeviceProperties", "TendonCudaMemoryStats"];

/// Pointers that may be NULL by their documentation, besides options.
const OPTIONAL: [&str; 17] = [
    "needed",
    "written",
    "low",
    "high",
    "major",
    "minor",
    "patch",
    "user_data",
    "cuda_stream",
    "fn",
    "dim",
    "name",
    "tendon_last_error_copy.buffer",
    "prefix",
    "replacement",
    // The device is looked at first.
    "tensor_from_device_buffer.data",
    "tensor_from_device_buffer.shape",
];

struct Parameter {
    /// Without the name, blanks only between words: `const Tensor *`.
    ty: String,
    name: String,
}

struct Function {
    result: String,
    name: String,
    parameters: Vec<Parameter>,
}

fn generate(root: &Path) -> Result<String, String> {
    let header = without_comments(&read(&root.join(HEADER))?);
    let structs = handle_fields(&header);
    let mut text = PREAMBLE.to_string();
    let mut table = String::new();
    let mut count = 0;
    for function in functions(&header)? {
        for probe in probes(&function, &structs)? {
            text.push_str(&format!(
                "/* {}: {} */\n{}\n",
                function.name,
                probe.argument,
                probe.code.replace("@", &count.to_string())
            ));
            table.push_str(&format!(
                "    {{\"{}\", \"{}\", {}, {}, probe{count}}},\n",
                function.name, probe.argument, probe.kind, probe.flags
            ));
            count += 1;
        }
    }
    text.push_str(&format!("static const Probe probes[] = {{\n{table}}};\n"));
    Ok(text)
}

struct Probe {
    argument: String,
    kind: String,
    flags: String,
    /// With @ for the probe's number.
    code: String,
}

fn probes(function: &Function, structs: &BTreeMap<String, Vec<String>>) -> Result<Vec<Probe>, String> {
    let mut out = Vec::new();
    let full = |argument: &str| format!("{}.{argument}", function.name);
    let flags = |argument: &str| {
        let mut flags = vec![match function.result.as_str() {
            "TensorStatus" => "STATUS",
            "TensorDType" => "ASKS_DTYPE",
            "int32_t" | "int64_t" => "ASKS",
            _ => "OTHER",
        }];
        if NULL_IS_FINE.contains(&full(argument).as_str()) {
            flags.push("NULL_IS_FINE");
        }
        // A handle argument before it must be a live one, which only a device can give.
        let before = function.parameters.iter().take_while(|p| p.name != argument);
        if before.clone().any(|p| p.ty.contains("TendonCuda")) {
            flags.push("NEEDS_CUDA");
        }
        flags.join(" | ")
    };
    for (i, parameter) in function.parameters.iter().enumerate() {
        let plain = parameter.ty.trim_start_matches("const ");
        let kind_of = |ty: &str| KINDS.iter().find(|(name, _)| *name == ty).map(|(_, kind)| kind.to_string());
        if let Some(kind) = plain.strip_suffix(" *").and_then(kind_of) {
            out.push(Probe {
                argument: parameter.name.clone(),
                kind,
                flags: flags(&parameter.name),
                code: code(function, i, &format!("({})bad", parameter.ty), ""),
            });
        } else if let Some(kind) = plain.strip_suffix(" *const *").and_then(kind_of) {
            out.push(Probe {
                argument: format!("{}[0]", parameter.name),
                kind,
                flags: flags(&parameter.name),
                code: code(
                    function,
                    i,
                    "list",
                    &format!("    {}list[1] = {{bad}};\n", parameter.ty.trim_end_matches('*')),
                ),
            });
            out.push(null_probe(function, i));
        } else if let Some(options) = plain.strip_suffix(" *").filter(|_| parameter.name == "options") {
            for field in structs.get(options).into_iter().flatten() {
                let argument = format!("options.{field}");
                out.push(Probe {
                    kind: "TENSOR".into(),
                    flags: flags(&argument),
                    code: code(
                        function,
                        i,
                        "&options",
                        &format!("    const {options} options = {{.struct_size = sizeof options, .{field} = bad}};\n"),
                    ),
                    argument,
                });
            }
        } else if parameter.ty.ends_with('*')
            && !OPTIONAL.contains(&parameter.name.as_str())
            && !OPTIONAL.contains(&full(&parameter.name).as_str())
            && (parameter.name != "dims" || function.name == "tensor_permute")
        {
            out.push(null_probe(function, i));
        }
    }
    Ok(out)
}

fn null_probe(function: &Function, i: usize) -> Probe {
    Probe {
        argument: function.parameters[i].name.clone(),
        kind: "POINTER".into(),
        flags: if function.result == "TensorStatus" { "STATUS" } else { "OTHER" }.into(),
        code: code(function, i, "NULL", "    (void)bad;\n"),
    }
}

/// A call in which argument `at` is `instead` and all others are as a caller would have them.
fn code(function: &Function, at: usize, instead: &str, prepare: &str) -> String {
    let (mut before, mut after) = (prepare.to_string(), String::new());
    let mut arguments = Vec::new();
    for (i, parameter) in function.parameters.iter().enumerate() {
        let name = &parameter.name;
        if i == at {
            arguments.push(instead.to_string());
        } else if name == "out" || name == "count" {
            let ty = parameter.ty.strip_suffix('*').unwrap_or(&parameter.ty).trim_end();
            let handles = parameter.ty.ends_with("**");
            if handles {
                let items = if function.parameters.iter().any(|p| p.name == "capacity") { "[4]" } else { "[1]" };
                before.push_str(&format!("    {ty} {name}{items} = {{marked}};\n"));
                after.push_str(&format!("    must_be_null((const void *){name}[0]);\n"));
                arguments.push(name.clone());
            } else if ANSWERS.contains(&ty) {
                before.push_str(&format!("    {ty} out = {{.struct_size = sizeof out}};\n"));
                arguments.push("&out".into());
            } else {
                before.push_str(&format!("    {ty} {name}[4];\n    mark({name}, sizeof {name});\n"));
                if name == "out" {
                    after.push_str(&format!("    must_be_marked({name}, sizeof {name});\n"));
                }
                arguments.push(name.clone());
            }
        } else {
            arguments.push(default(&function.name, parameter));
        }
    }
    let call = format!("{}({})", function.name, arguments.join(", "));
    let call = if function.result == "void" { call } else { format!("result = (int64_t){call}") };
    format!("static void probe@(void *bad) {{\n{before}    {call};\n{after}}}\n")
}

/// What stands in tests/c/handles.c for an argument of this type and name.
fn default(function: &str, parameter: &Parameter) -> String {
    let (ty, name) = (parameter.ty.as_str(), parameter.name.as_str());
    match (ty, name) {
        ("const Tensor *", "index") => "indices".into(),
        ("const Tensor *", "cond") => "condition".into(),
        ("const Tensor *" | "Tensor *", _) => "matrix".into(),
        ("const Tensor *const *", _) => "list_of_one".into(),
        ("Tensor *const *", _) => "params_of_one".into(),
        ("const TendonCudaStream *", _) => "cuda_stream".into(),
        ("const TendonCudaEvent *", _) => "cuda_event".into(),
        ("int64_t *", "free_bytes" | "total_bytes") => "(int64_t *)bytes".into(),
        ("TensorScope *", _) => "scope".into(),
        ("TensorMode *", _) => "mode".into(),
        (_, "optimizer") => "optimizer".into(),
        (_, "token") => "token".into(),
        (_, "dict") => "dict".into(),
        ("const char *", "name" | "key" | "value" | "prefix" | "replacement") => "\"w\"".into(),
        ("TensorScalar", "start") => "zero".into(),
        ("TensorScalar", _) => "one".into(),
        ("const TensorScalar *", _) => "&one".into(),
        ("TensorDType", _) => "TENSOR_DTYPE_F32".into(),
        ("TensorDevice", _) => "cpu".into(),
        ("const int64_t *", "shape") => "shape_of_four".into(),
        ("const int64_t *", _) => "dim_zero".into(),
        ("int64_t", "dim" | "dim0" | "start" | "start_dim" | "low") => "0".into(),
        ("size_t", "nbytes") if function.contains("state_load") => "1".into(),
        ("size_t", "nbytes") => "16".into(),
        ("size_t", "capacity") if function.contains("state_save") || function.contains("to_string") => {
            "sizeof bytes".into()
        }
        ("size_t", "capacity") => "4".into(),
        ("int64_t" | "size_t" | "int32_t" | "uint64_t" | "double", _) => "1".into(),
        ("bool", _) => "true".into(),
        ("void *" | "const void *", _) => "bytes".into(),
        ("const char **", _) => "(const char **)bytes".into(),
        ("char *", _) => "(char *)bytes".into(),
        _ => "NULL".into(),
    }
}

/// The fields of option structs that hold handles, by struct.
fn handle_fields(header: &str) -> BTreeMap<String, Vec<String>> {
    let mut out = BTreeMap::new();
    for part in header.split("typedef struct {").skip(1) {
        let Some((body, rest)) = part.split_once('}') else { continue };
        let name = rest.split(';').next().unwrap_or("").trim().to_string();
        let fields: Vec<String> = body
            .split(';')
            .filter_map(|field| field.trim().strip_prefix("const Tensor *"))
            .map(str::to_string)
            .collect();
        out.insert(name, fields);
    }
    out
}

fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    out + rest
}

/// Every function of the header as `result name(type name, ...)`, for a comparison.
#[cfg(test)]
pub fn declarations(root: &Path) -> Result<Vec<String>, String> {
    let functions = functions(&without_comments(&read(&root.join(HEADER))?))?;
    let parameters = |f: &Function| f.parameters.iter().map(|p| format!("{} {}", p.ty, p.name)).collect::<Vec<_>>();
    Ok(functions.iter().map(|f| format!("{} {}({})", f.result, f.name, parameters(f).join(", "))).collect())
}

/// What stands between `extern "C" {` and its end.
fn functions(header: &str) -> Result<Vec<Function>, String> {
    let (_, body) = header.split_once("extern \"C\" {").ok_or(format!("{HEADER} has no extern \"C\""))?;
    let body = body.split_once("#endif").map_or(body, |(_, body)| body);
    let body = body.split("#ifdef __cplusplus").next().unwrap_or("");
    let mut out = Vec::new();
    for statement in body.split(';').map(str::trim).filter(|s| s.contains('(') && !s.contains('{') && !s.contains('#'))
    {
        let statement = statement.split_whitespace().collect::<Vec<_>>().join(" ");
        let wrong = || format!("{HEADER}: cannot read `{statement}`");
        let (head, tail) = statement.split_once('(').ok_or_else(wrong)?;
        let at = head.rfind([' ', '*']).ok_or_else(wrong)?;
        let result = head[..=at].trim().trim_start_matches("TENDON_MUST_USE ").to_string();
        let mut parameters = Vec::new();
        for parameter in tail.trim_end_matches(')').split(',').map(str::trim).filter(|p| !p.is_empty() && *p != "void")
        {
            let at = parameter.rfind([' ', '*']).ok_or_else(wrong)?;
            parameters
                .push(Parameter { ty: parameter[..=at].trim().to_string(), name: parameter[at + 1..].to_string() });
        }
        out.push(Function { result, name: head[at + 1..].to_string(), parameters });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_become_probes() {
        let header = "extern \"C\" {\n#endif\n/** Adds. */\nTENDON_MUST_USE TensorStatus tensor_add(const Tensor *a,\n  const Tensor *b, Tensor **out);
            int32_t tensor_ndim(const Tensor *x);\n#ifdef __cplusplus\n}\nstatic inline int f(int x) { return x; }";
        let functions = functions(&without_comments(header)).unwrap();
        assert_eq!(functions.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["tensor_add", "tensor_ndim"]);
        let probes = probes(&functions[0], &BTreeMap::new()).unwrap();
        assert_eq!(probes.iter().map(|p| p.argument.as_str()).collect::<Vec<_>>(), ["a", "b", "out"]);
        assert!(probes[1].code.contains("tensor_add(matrix, (const Tensor *)bad, out)"), "{}", probes[1].code);
        assert!(probes[2].code.contains("tensor_add(matrix, matrix, NULL)"), "{}", probes[2].code);
    }

    #[test]
    fn handles_in_options_are_found() {
        let fields =
            handle_fields("typedef struct {\n uint32_t struct_size;\n const Tensor *weight;\n} TensorLossOptions;");
        assert_eq!(fields["TensorLossOptions"], ["weight"]);
    }
}
