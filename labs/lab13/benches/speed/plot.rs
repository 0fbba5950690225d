//! A plot as SVG: curves over a logarithmic axis.

use std::fmt::Write as _;

/// Points under a name.
pub struct Curve {
    pub name: &'static str,
    pub points: Vec<(f64, f64)>,
}

/// A plot. The axis across is logarithmic, the one up where `log_up` says so; else it goes from 0 to 1.
pub struct Plot {
    pub title: &'static str,
    pub across: &'static str,
    pub up: &'static str,
    pub log_up: bool,
    pub curves: Vec<Curve>,
}

/// The drawing's frame, in its own units.
const LEFT: f64 = 80.0;
const RIGHT: f64 = 610.0;
const TOP: f64 = 50.0;
const BOTTOM: f64 = 330.0;
/// Colours that are told apart also by those who see no difference of red and green.
const COLOURS: [&str; 2] = ["#0b63a5", "#c65f00"];

impl Plot {
    /// The whole drawing.
    pub fn svg(&self) -> String {
        let all: Vec<(f64, f64)> =
            self.curves.iter().flat_map(|curve| curve.points.iter().copied()).collect();
        let least =
            |values: &dyn Fn(&(f64, f64)) -> f64| all.iter().map(values).fold(f64::INFINITY, f64::min);
        let most = |values: &dyn Fn(&(f64, f64)) -> f64| all.iter().map(values).fold(0.0, f64::max);
        let across = (least(&|point| point.0), most(&|point| point.0));
        // Less than nothing cannot be drawn on a logarithmic axis: a difference may come out so, when it is small.
        let up = if self.log_up {
            (least(&|point| point.1.max(1e-4)), most(&|point| point.1))
        } else {
            (0.0, 1.05)
        };
        let x = |value: f64| LEFT + (RIGHT - LEFT) * (value / across.0).ln() / (across.1 / across.0).ln();
        let y = |value: f64| {
            let part =
                if self.log_up { (value.max(1e-4) / up.0).ln() / (up.1 / up.0).ln() } else { value / up.1 };
            BOTTOM - (BOTTOM - TOP) * part
        };
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 400\" font-family=\"sans-serif\" font-size=\"13\">\n\
             <rect width=\"640\" height=\"400\" fill=\"#fff\"/>\n\
             <text x=\"320\" y=\"26\" text-anchor=\"middle\" font-size=\"15\">{}</text>\n\
             <text x=\"345\" y=\"385\" text-anchor=\"middle\">{}</text>\n\
             <text transform=\"translate(22 190) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
            self.title, self.across, self.up
        );
        for value in self.curves.iter().flat_map(|curve| curve.points.iter().map(|point| point.0)) {
            let _ = writeln!(svg, "<path d=\"M{0:.1} {BOTTOM}v5\" stroke=\"#555\"/>", x(value));
        }
        for value in labels(&self.curves) {
            let _ =
                writeln!(svg, "<text x=\"{:.1}\" y=\"352\" text-anchor=\"middle\">{value}</text>", x(value));
        }
        for value in self.marks(up) {
            let _ = writeln!(
                svg,
                "<path d=\"M{LEFT} {0:.1}H{RIGHT}\" stroke=\"#ddd\"/><text x=\"{1}\" y=\"{2:.1}\" text-anchor=\"end\">{value}</text>",
                y(value),
                LEFT - 8.0,
                y(value) + 4.0
            );
        }
        let _ = writeln!(svg, "<path d=\"M{LEFT} {TOP}V{BOTTOM}H{RIGHT}\" fill=\"none\" stroke=\"#555\"/>");
        for ((curve, colour), line) in self.curves.iter().zip(COLOURS).zip(0u8..) {
            let path: Vec<String> =
                curve.points.iter().map(|point| format!("{:.1} {:.1}", x(point.0), y(point.1))).collect();
            let _ = writeln!(
                svg,
                "<path d=\"M{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
                path.join("L")
            );
            for point in &curve.points {
                let _ = writeln!(
                    svg,
                    "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3.5\" fill=\"{colour}\"/>",
                    x(point.0),
                    y(point.1)
                );
            }
            let height = BOTTOM - 14.0 - 18.0 * f64::from(line);
            let _ = writeln!(
                svg,
                "<text x=\"{RIGHT}\" y=\"{height}\" text-anchor=\"end\" fill=\"{colour}\">{}</text>",
                curve.name
            );
        }
        svg + "</svg>\n"
    }

    /// Where the axis up has its marks.
    fn marks(&self, (from, to): (f64, f64)) -> Vec<f64> {
        if self.log_up {
            let powers = [1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0];
            powers.into_iter().filter(|power| (from..=to).contains(power)).collect()
        } else {
            vec![0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
        }
    }
}

/// The values across that get a number: those of the longest curve, because all of them would run into each other.
fn labels(curves: &[Curve]) -> Vec<f64> {
    let longest = curves.iter().max_by_key(|curve| curve.points.len());
    longest.map(|curve| curve.points.iter().map(|point| point.0).collect()).unwrap_or_default()
}
