//! The units each quantity may come in. One small enum per dimension: an oximeter cannot report kilograms, and
//! JSON that says so is refused while reading. The wire text is the UCUM code.

use serde::{Deserialize, Serialize};

/// How a given unit becomes the unit of the rules table: `(x - minus) × num / den`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversion {
    /// Subtracted first.
    pub minus: i64,
    /// Then multiplied by this,
    pub num: i64,
    /// and divided by this; positive.
    pub den: i64,
}

impl Conversion {
    /// Already in the table's unit.
    pub const NONE: Self = Self::by(1, 1);

    const fn by(num: i64, den: i64) -> Self {
        Self { minus: 0, num, den }
    }
}

macro_rules! units {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $ucum:tt, $conv:expr;)+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $ucum)] $variant,)+
        }

        impl $name {
            /// The UCUM code, which is also the wire text.
            pub const fn ucum(self) -> &'static str {
                match self { $(Self::$variant => $ucum,)+ }
            }

            /// The way to the unit of the rules table.
            pub const fn conversion(self) -> Conversion {
                match self { $(Self::$variant => $conv,)+ }
            }
        }
    )+};
}

units! {
    /// Per cent.
    PercentUnit {
        /// Per cent.
        Percent = "%", Conversion::NONE;
    }
    /// Beats or breaths in a minute.
    RateUnit {
        /// Per minute.
        PerMinute = "/min", Conversion::NONE;
    }
    /// Blood pressure.
    PressureUnit {
        /// Millimetres of mercury.
        MmHg = "mm[Hg]", Conversion::NONE;
        /// Kilopascal; 1 mmHg = 0.133322 kPa.
        KPa = "kPa", Conversion::by(1_000_000, 133_322);
    }
    /// Body temperature.
    TemperatureUnit {
        /// Degrees Celsius.
        Celsius = "Cel", Conversion::NONE;
        /// Degrees Fahrenheit.
        Fahrenheit = "[degF]", Conversion { minus: 32, num: 5, den: 9 };
    }
    /// Body weight.
    MassUnit {
        /// Kilograms.
        Kilogram = "kg", Conversion::NONE;
        /// Avoirdupois pounds; 1 lb = 0.45359237 kg by definition.
        Pound = "[lb_av]", Conversion::by(45_359_237, 100_000_000);
    }
    /// Glucose in blood.
    GlucoseUnit {
        /// Milligrams per decilitre.
        MgPerDl = "mg/dL", Conversion::NONE;
        /// Millimoles per litre; the molar mass of glucose is 180.156 g/mol.
        MmolPerL = "mmol/L", Conversion::by(180_156, 10_000);
    }
    /// Oxygen flow.
    FlowUnit {
        /// Litres per minute.
        LitrePerMinute = "L/min", Conversion::NONE;
    }
}
