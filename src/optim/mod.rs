//! Optimizers: they own references to parameters and the running state that belongs to them.

mod state;

use crate::apply::{apply, check_update};
use crate::cpu::cancel;
use crate::cpu::optim as kernel;
use crate::cuda::optim::Update;
use crate::cuda::{self, Queue};
use crate::device::Device;
use crate::error::Result;
use crate::fail;
use crate::function;
pub use crate::function::Sgd;
use crate::list;
use crate::ops::create::zeros_of;
use crate::tensor::Tensor;
use crate::tensor::op::{Meta, Op, Plan};
use crate::view::{In, Out};
use smallvec::{SmallVec, smallvec};

/// `torch.optim.AdamW`
#[derive(Clone, Copy, Debug)]
pub struct AdamW {
    pub lr: f64,
    pub beta1: f64,
    pub beta2: f64,
    pub eps: f64,
    pub weight_decay: f64,
    pub amsgrad: bool,
    pub maximize: bool,
}

impl AdamW {
    fn hyper(&self) -> function::AdamW {
        let AdamW { lr, beta1, beta2, eps, weight_decay, maximize, .. } = *self;
        function::AdamW { lr, beta1, beta2, eps, weight_decay, maximize, decoupled: true }
    }
}

#[derive(Clone, Copy)]
enum Rule {
    Sgd(Sgd),
    AdamW(AdamW),
}

impl Rule {
    fn name(&self) -> &'static str {
        match self {
            Rule::Sgd(_) => "sgd",
            Rule::AdamW(_) => "adamw",
        }
    }

    /// How many buffers of a parameter's shape the rule keeps.
    fn buffers(&self) -> usize {
        match self {
            Rule::Sgd(h) => (h.momentum != 0.0) as usize,
            Rule::AdamW(h) => 2 + h.amsgrad as usize,
        }
    }

    fn lr(&mut self) -> &mut f64 {
        match self {
            Rule::Sgd(h) => &mut h.lr,
            Rule::AdamW(h) => &mut h.lr,
        }
    }
}

/// What the rule remembers of one parameter: nothing before its first step.
#[derive(Clone, Default)]
struct Memory {
    steps: i64,
    buffers: SmallVec<[Tensor; 3]>,
}

pub struct Optimizer {
    rule: Rule,
    params: Vec<Tensor>,
    memory: Vec<Memory>,
}

fn check(name: &str, value: f64, ok: bool, expected: &str) -> Result<()> {
    if !ok {
        fail!(INVALID_ARGUMENT, "{name} is {value}, expected {expected}");
    }
    Ok(())
}

impl Optimizer {
    pub fn sgd(params: &[Tensor], h: Sgd) -> Result<Optimizer> {
        check("lr", h.lr, h.lr >= 0.0 && h.lr.is_finite(), "a finite number of at least 0")?;
        check("momentum", h.momentum, h.momentum >= 0.0, "at least 0")?;
        check("dampening", h.dampening, h.dampening.is_finite(), "a finite number")?;
        check("weight_decay", h.weight_decay, h.weight_decay >= 0.0, "at least 0")?;
        if h.nesterov && (h.momentum == 0.0 || h.dampening != 0.0) {
            fail!(INVALID_ARGUMENT, "nesterov needs a momentum above 0 and a dampening of 0");
        }
        Optimizer::new(params, Rule::Sgd(h))
    }

    pub fn adamw(params: &[Tensor], h: AdamW) -> Result<Optimizer> {
        check("lr", h.lr, h.lr >= 0.0 && h.lr.is_finite(), "a finite number of at least 0")?;
        check("beta1", h.beta1, (0.0..1.0).contains(&h.beta1), "from 0 up to, not including, 1")?;
        check("beta2", h.beta2, (0.0..1.0).contains(&h.beta2), "from 0 up to, not including, 1")?;
        check("eps", h.eps, h.eps >= 0.0, "at least 0")?;
        check("weight_decay", h.weight_decay, h.weight_decay >= 0.0, "at least 0")?;
        Optimizer::new(params, Rule::AdamW(h))
    }

    fn new(params: &[Tensor], rule: Rule) -> Result<Optimizer> {
        if params.is_empty() {
            fail!(INVALID_ARGUMENT, "expected at least one parameter, got none");
        }
        for (i, p) in params.iter().enumerate() {
            if !p.dtype().is_float() {
                fail!(DTYPE, "params[{i}] is {}, expected a float dtype", p.dtype());
            }
            if !p.is_leaf() {
                fail!(AUTOGRAD, "params[{i}] is no leaf: a recorded op made it");
            }
            if p.storage().read_only() {
                p.storage().check_writable(&format!("params[{i}]"))?;
            }
        }
        let mut ids: Vec<(usize, usize)> = list::collect(params.iter().enumerate().map(|(i, p)| (p.id(), i)))?;
        ids.sort_unstable();
        if let Some(w) = ids.windows(2).find(|w| w[0].0 == w[1].0) {
            fail!(INVALID_ARGUMENT, "params[{}] and params[{}] are the same tensor", w[0].1, w[1].1);
        }
        let memory = list::collect(params.iter().map(|_| Memory::default()))?;
        Ok(Optimizer { rule, params: list::collect(params.iter().cloned())?, memory })
    }

    /// One update of every parameter that has a gradient. Everything that can fail comes before the first write.
    pub fn step(&mut self) -> Result<()> {
        let mut due = list::with_room(self.params.len())?;
        for (i, p) in self.params.iter().enumerate() {
            let Some(g) = p.grad() else { continue };
            if g.shape() != p.shape() || g.dtype() != p.dtype() || g.device() != p.device() {
                fail!(
                    SHAPE,
                    "the gradient of params[{i}] is {} {:?}, expected {} {:?}",
                    g.dtype(),
                    g.shape(),
                    p.dtype(),
                    p.shape()
                );
            }
            let mut buffers = self.memory[i].buffers.clone();
            while buffers.len() < self.rule.buffers() {
                buffers.push(zeros_of(p)?);
            }
            let next = Step { rule: self.rule, steps: smallvec![self.memory[i].steps + 1] };
            check_update(&next, &update_inputs(p, &g, &buffers))?;
            due.push((i, g, buffers));
        }
        cancel::check()?;
        // One launch updates all parameters of a CUDA device. On the CPU each has its own: a host's loop may fail in
        // between, and then what was updated counts.
        let device = |i: usize| self.params[i].device();
        due.sort_unstable_by_key(|&(i, ..)| match device(i) {
            Device::Cpu => (0, i),
            Device::Cuda(ordinal) => (1 + ordinal as u64, i),
        });
        let (params, memory) = (&self.params, &mut self.memory);
        let mut inputs = list::with_room(due.len() * (2 + self.rule.buffers()))?;
        let mut step = Step { rule: self.rule, steps: list::short_with_room(due.len())? };
        // Half a step would be worse than a late answer.
        cancel::without(|| {
            for part in due.chunk_by(|a, b| device(a.0) == device(b.0) && device(a.0) != Device::Cpu) {
                inputs.clear();
                step.steps.clear();
                for (i, g, buffers) in part {
                    inputs.extend(update_inputs(&params[*i], g, buffers));
                    step.steps.push(memory[*i].steps + 1);
                }
                apply(&step, &inputs)?;
                for (i, _, buffers) in part {
                    memory[*i] = Memory { steps: memory[*i].steps + 1, buffers: buffers.clone() };
                }
            }
            Ok(())
        })
    }

    pub fn params(&self) -> &[Tensor] {
        &self.params
    }

    pub fn lr(&self) -> f64 {
        let mut rule = self.rule;
        *rule.lr()
    }

    pub fn set_lr(&mut self, lr: f64) -> Result<()> {
        check("lr", lr, lr >= 0.0 && lr.is_finite(), "a finite number of at least 0")?;
        *self.rule.lr() = lr;
        Ok(())
    }
}

fn update_inputs<'a>(param: &'a Tensor, g: &'a Tensor, buffers: &'a [Tensor]) -> SmallVec<[&'a Tensor; 5]> {
    [param, g].into_iter().chain(buffers).collect()
}

/// One update of parameters: inputs are, for each, the parameter, its gradient and the rule's buffers.
#[derive(Clone)]
struct Step {
    rule: Rule,
    /// Of each parameter, counted from 1.
    steps: SmallVec<[i64; 1]>,
}

impl Step {
    /// Inputs that belong to one parameter.
    fn each(&self) -> usize {
        2 + self.rule.buffers()
    }
}

impl Op for Step {
    fn name(&self) -> &'static str {
        self.rule.name()
    }

    fn infer(&self, _: &[Meta]) -> Result<Plan> {
        let each = self.each();
        Ok(Plan::Update { each, written: (0..each).filter(|&i| i != 1).collect() })
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let each = self.each();
        for ((inputs, outputs), &step) in inputs.chunks(each).zip(outputs.chunks(each - 1)).zip(&self.steps) {
            let (param, g) = (outputs[0], inputs[1]);
            match self.rule {
                Rule::Sgd(h) => kernel::sgd(param, g, outputs.get(1).copied(), step == 1, h)?,
                Rule::AdamW(h) => {
                    kernel::adamw(param, g, outputs[1], outputs[2], outputs.get(3).copied(), step, h.hyper())?;
                }
            }
        }
        Ok(())
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let each = self.each();
        let mut updates = list::with_room(self.steps.len())?;
        let groups = inputs.chunks(each).zip(outputs.chunks(each - 1)).zip(&self.steps);
        updates.extend(groups.map(|((inputs, outputs), &step)| Update {
            param: outputs[0],
            grad: inputs[1],
            buffers: &outputs[1..],
            step,
        }));
        match self.rule {
            Rule::Sgd(h) => cuda::optim::sgd(queue, &updates, h),
            Rule::AdamW(h) => cuda::optim::adamw(queue, &updates, h.hyper()),
        }
    }
}
