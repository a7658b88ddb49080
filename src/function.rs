//! Which function a kernel computes: the words that both devices share.

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Binary {
    Add,
    Sub,
    Mul,
    /// True division, always in a float.
    Div,
    Pow,
    /// NaN if either is NaN.
    Maximum,
    /// NaN if either is NaN.
    Minimum,
    /// Rounds down; an integer divided by 0 gives 0.
    FloorDivide,
    /// Has the sign of the divisor; an integer modulo 0 gives 0.
    Remainder,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    LogicalAnd,
    LogicalOr,
    LogicalXor,
}

impl Binary {
    /// The word by which it is known.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Sub => "sub",
            Self::Mul => "mul",
            Self::Div => "div",
            Self::Pow => "pow",
            Self::Maximum => "maximum",
            Self::Minimum => "minimum",
            Self::FloorDivide => "floor_divide",
            Self::Remainder => "remainder",
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Lt => "lt",
            Self::Le => "le",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::LogicalAnd => "logical_and",
            Self::LogicalOr => "logical_or",
            Self::LogicalXor => "logical_xor",
        }
    }

    pub const ALL: &'static [Binary] = {
        use Binary::*;
        &[
            Add,
            Sub,
            Mul,
            Div,
            Pow,
            Maximum,
            Minimum,
            FloorDivide,
            Remainder,
            Eq,
            Ne,
            Lt,
            Le,
            Gt,
            Ge,
            LogicalAnd,
            LogicalOr,
            LogicalXor,
        ]
    };

    /// Whether the line writes bools instead of its class.
    pub const fn gives_bool(self) -> bool {
        use Binary::*;
        matches!(self, Eq | Ne | Lt | Le | Gt | Ge | LogicalAnd | LogicalOr | LogicalXor)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unary {
    Neg,
    Abs,
    /// −1, 0 or 1; 0 for NaN, as in PyTorch.
    Sign,
    Exp,
    Log,
    Sqrt,
    Rsqrt,
    Reciprocal,
    Square,
    Sin,
    Cos,
    Tanh,
    Sigmoid,
    /// `max(x, 0)`; NaN stays.
    Relu,
    /// `x · Φ(x)`, exact.
    Gelu,
    /// `gelu(approximate="tanh")`.
    GeluTanh,
    Erf,
    LogicalNot,
    Floor,
    Ceil,
    /// Half to even.
    Round,
    Trunc,
    IsNan,
    Expm1,
    Log1p,
    /// `log(1 + eˣ)`; x itself above 20, as in PyTorch.
    Softplus,
}

impl Unary {
    /// Those whose gradient is computed in one pass, from what arrives and one saved value.
    pub const GRADIENTS: &'static [Unary] = {
        use Unary::*;
        &[Abs, Sqrt, Rsqrt, Reciprocal, Square, Tanh, Sigmoid, Relu, Gelu, GeluTanh, Erf, Expm1, Log1p, Softplus]
    };

    /// The word by which it is known.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Neg => "neg",
            Self::Abs => "abs",
            Self::Sign => "sign",
            Self::Exp => "exp",
            Self::Log => "log",
            Self::Sqrt => "sqrt",
            Self::Rsqrt => "rsqrt",
            Self::Reciprocal => "reciprocal",
            Self::Square => "square",
            Self::Sin => "sin",
            Self::Cos => "cos",
            Self::Tanh => "tanh",
            Self::Sigmoid => "sigmoid",
            Self::Relu => "relu",
            Self::Gelu => "gelu",
            Self::GeluTanh => "gelu_tanh",
            Self::Erf => "erf",
            Self::LogicalNot => "logical_not",
            Self::Floor => "floor",
            Self::Ceil => "ceil",
            Self::Round => "round",
            Self::Trunc => "trunc",
            Self::IsNan => "isnan",
            Self::Expm1 => "expm1",
            Self::Log1p => "log1p",
            Self::Softplus => "softplus",
        }
    }

    pub const ALL: &'static [Unary] = {
        use Unary::*;
        &[
            Neg, Abs, Sign, Exp, Log, Sqrt, Rsqrt, Reciprocal, Square, Sin, Cos, Tanh, Sigmoid, Relu, Gelu, GeluTanh,
            Erf, LogicalNot, Floor, Ceil, Round, Trunc, IsNan, Expm1, Log1p, Softplus,
        ]
    };

    /// Whether integers have this function too; the others work in a float.
    pub const fn takes_integers(self) -> bool {
        use Unary::*;
        matches!(self, Neg | Abs | Sign | Square | Relu | LogicalNot | Floor | Ceil | Round | Trunc | IsNan)
    }

    /// Whether the line writes bools instead of its class.
    pub const fn gives_bool(self) -> bool {
        matches!(self, Unary::LogicalNot | Unary::IsNan)
    }
}

/// A reduction over dims.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reduce {
    Sum,
    Prod,
    Mean,
    Max,
    Min,
    Any,
    All,
}

impl Reduce {
    /// The word by which it is known.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Prod => "prod",
            Self::Mean => "mean",
            Self::Max => "max",
            Self::Min => "min",
            Self::Any => "any",
            Self::All => "all",
        }
    }
}

/// `torch.optim.SGD`.
#[derive(Clone, Copy, Debug)]
pub struct Sgd {
    pub lr: f64,
    pub momentum: f64,
    pub dampening: f64,
    pub weight_decay: f64,
    pub nesterov: bool,
    pub maximize: bool,
}

/// `torch.optim.AdamW`; with `decoupled` false, `torch.optim.Adam`.
#[derive(Clone, Copy, Debug)]
pub struct AdamW {
    pub lr: f64,
    pub beta1: f64,
    pub beta2: f64,
    pub eps: f64,
    pub weight_decay: f64,
    pub maximize: bool,
    /// Weight decay shrinks the parameter (AdamW) instead of joining the gradient (Adam).
    pub decoupled: bool,
}

impl Sgd {
    /// By what the gradient is multiplied.
    pub fn sign(&self) -> f64 {
        if self.maximize { -1.0 } else { 1.0 }
    }
}

/// The numbers of an AdamW step that are the same at every step.
#[derive(Clone, Copy, Debug)]
pub struct AdamWFactors {
    /// What weight decay leaves of the parameter.
    pub keep: f64,
    /// The parameter's share that joins the gradient (Adam).
    pub decay: f64,
    /// 1 − β₁
    pub fresh: f64,
    pub beta2: f64,
    /// 1 − β₂
    pub fresh2: f64,
    pub eps: f64,
    /// By what the gradient is multiplied.
    pub sign: f64,
}

impl AdamW {
    pub fn factors(&self) -> AdamWFactors {
        AdamWFactors {
            keep: if self.decoupled { 1.0 - self.lr * self.weight_decay } else { 1.0 },
            decay: if self.decoupled { 0.0 } else { self.weight_decay },
            fresh: 1.0 - self.beta1,
            beta2: self.beta2,
            fresh2: 1.0 - self.beta2,
            eps: self.eps,
            sign: if self.maximize { -1.0 } else { 1.0 },
        }
    }

    /// lr/(1−β₁ᵗ) and 1/√(1−β₂ᵗ) at step t, which counts from 1.
    pub fn corrections(&self, step: i64) -> (f64, f64) {
        let left = |beta: f64| 1.0 - beta.powf(step as f64);
        (self.lr / left(self.beta1), 1.0 / left(self.beta2).sqrt())
    }
}
