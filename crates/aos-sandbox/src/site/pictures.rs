//! Pictures of garden rooms, drawn in code: flat shapes, one palette, no outside files.

use std::sync::OnceLock;

use bytes::Bytes;

const WIDTH: usize = 960;
const HEIGHT: usize = 540;
const LOGO: usize = 256;

type Colour = [u8; 3];

const PINE: Colour = [31, 77, 74];
const SAND: Colour = [243, 237, 226];
const GLASS: Colour = [190, 214, 219];
const LAMP: Colour = [247, 214, 140];

/// One picture: what is different between them.
struct Scene {
    file: &'static str,
    sky: [Colour; 2],
    ground: Colour,
    cladding: Colour,
    /// Left edge and width of the building in pixels; none: a landscape or a material.
    building: Option<(usize, usize)>,
    /// Windows lit from inside.
    lit: bool,
    /// Planted roof.
    green_roof: bool,
    /// Boards fill the whole picture.
    boards: bool,
    trees: usize,
}

const DAY: [Colour; 2] = [[166, 203, 222], [232, 240, 238]];
const EVENING: [Colour; 2] = [[58, 74, 112], [233, 167, 120]];
const MORNING: [Colour; 2] = [[205, 217, 226], [250, 231, 205]];
const GRASS: Colour = [112, 142, 88];
const DUNES: Colour = [206, 189, 148];
const LARCH: Colour = [188, 132, 82];
const SILVER: Colour = [158, 152, 144];

const PLAIN: Scene = Scene {
    file: "",
    sky: DAY,
    ground: GRASS,
    cladding: LARCH,
    building: Some((300, 380)),
    lit: false,
    green_roof: false,
    boards: false,
    trees: 3,
};

const SCENES: &[Scene] = &[
    Scene { file: "garden-room-at-dusk.png", sky: EVENING, lit: true, building: Some((250, 460)), ..PLAIN },
    Scene { file: "home-office-in-larch.png", building: Some((340, 300)), trees: 4, ..PLAIN },
    Scene { file: "artists-studio.png", sky: MORNING, cladding: [70, 84, 82], building: Some((210, 500)), ..PLAIN },
    Scene { file: "guest-room-by-the-dunes.png", ground: DUNES, cladding: SILVER, trees: 0, ..PLAIN },
    Scene { file: "green-roof.png", green_roof: true, building: Some((180, 560)), trees: 2, ..PLAIN },
    Scene { file: "larch-boards.png", boards: true, building: None, ..PLAIN },
    Scene { file: "silvered-larch-boards.png", boards: true, cladding: SILVER, building: None, ..PLAIN },
    Scene {
        file: "workshop-by-the-quay.png",
        sky: MORNING,
        ground: [140, 138, 130],
        cladding: PINE,
        building: Some((90, 760)),
        trees: 0,
        ..PLAIN
    },
    Scene { file: "office-on-a-slope.png", sky: MORNING, building: Some((420, 330)), trees: 6, ..PLAIN },
    Scene {
        file: "music-room-at-night.png",
        sky: [[18, 26, 46], [46, 58, 90]],
        lit: true,
        cladding: [52, 48, 46],
        ..PLAIN
    },
    Scene { file: "marram-coast.png", ground: DUNES, building: None, trees: 0, ..PLAIN },
    Scene {
        file: "refurbished-summerhouse.png",
        cladding: [222, 226, 220],
        building: Some((360, 260)),
        trees: 5,
        ..PLAIN
    },
];

/// The picture of a file name.
pub(super) fn png(file: &str) -> Option<Bytes> {
    static DRAWN: OnceLock<Vec<OnceLock<Bytes>>> = OnceLock::new();
    static LOGO_DRAWN: OnceLock<Bytes> = OnceLock::new();
    if file == "logo.png" {
        return Some(LOGO_DRAWN.get_or_init(|| encode(&logo())).clone());
    }
    let at = SCENES.iter().position(|scene| scene.file == file)?;
    let drawn = DRAWN.get_or_init(|| SCENES.iter().map(|_| OnceLock::new()).collect());
    Some(drawn.get(at)?.get_or_init(|| encode(&draw(&SCENES[at]))).clone())
}

/// A drawing surface.
struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Canvas {
    fn new(width: usize, height: usize, colour: Colour) -> Self {
        Self { width, height, pixels: colour.repeat(width * height) }
    }
    fn set(&mut self, x: usize, y: usize, colour: Colour) {
        if x < self.width && y < self.height {
            let at = (y * self.width + x) * 3;
            self.pixels[at..at + 3].copy_from_slice(&colour);
        }
    }
    fn fill(&mut self, x: usize, y: usize, width: usize, height: usize, colour: Colour) {
        for row in y..(y + height).min(self.height) {
            for column in x..(x + width).min(self.width) {
                self.set(column, row, colour);
            }
        }
    }
    /// An upright triangle on a base line.
    fn triangle(&mut self, middle: usize, base: usize, half: usize, height: usize, colour: Colour) {
        for step in 0..height {
            let reach = half * step / height.max(1);
            self.fill(middle.saturating_sub(reach), base.saturating_sub(height - step), reach * 2 + 1, 1, colour);
        }
    }
}

fn mix(from: Colour, to: Colour, part: usize, of: usize) -> Colour {
    let blend = |a: u8, b: u8| {
        let (a, b) = (usize::from(a), usize::from(b));
        u8::try_from((a * (of - part.min(of)) + b * part.min(of)) / of.max(1)).unwrap_or(u8::MAX)
    };
    [blend(from[0], to[0]), blend(from[1], to[1]), blend(from[2], to[2])]
}

fn darker(colour: Colour) -> Colour {
    mix(colour, [20, 24, 24], 1, 4)
}

fn draw(scene: &Scene) -> Canvas {
    let mut canvas = Canvas::new(WIDTH, HEIGHT, SAND);
    if scene.boards {
        boards(&mut canvas, 0, 0, WIDTH, HEIGHT, 54, scene.cladding);
        return canvas;
    }
    let horizon = HEIGHT * 2 / 3;
    for y in 0..horizon {
        canvas.fill(0, y, WIDTH, 1, mix(scene.sky[0], scene.sky[1], y, horizon));
    }
    if scene.building.is_none() {
        canvas.fill(0, horizon - 90, WIDTH, 90, [96, 138, 158]);
    }
    for y in horizon..HEIGHT {
        canvas.fill(0, y, WIDTH, 1, mix(scene.ground, darker(scene.ground), y - horizon, HEIGHT - horizon));
    }
    hills(&mut canvas, horizon, scene.ground);
    for tree in 0..scene.trees {
        let middle = 70 + tree * 171 % (WIDTH - 120);
        canvas.triangle(middle, horizon + 30, 52, 210 + tree * 13 % 50, mix(PINE, scene.ground, tree, 9));
        canvas.fill(middle - 5, horizon + 30, 10, 18, [84, 66, 52]);
    }
    if let Some((x, width)) = scene.building {
        building(&mut canvas, scene, x, width, horizon);
    }
    canvas
}

fn hills(canvas: &mut Canvas, horizon: usize, ground: Colour) {
    let far = mix(ground, [200, 210, 205], 1, 2);
    for x in 0..WIDTH {
        let wave = (x % 480).abs_diff(240) / 8;
        let height = 46_usize.saturating_sub(wave) + (x % 310).abs_diff(155) / 12;
        canvas.fill(x, horizon - height, 1, height, far);
    }
}

fn boards(canvas: &mut Canvas, x: usize, y: usize, width: usize, height: usize, board: usize, colour: Colour) {
    for column in 0..width {
        let number = column / board;
        let shade = mix(colour, darker(colour), number * 7 % 5, 9);
        let edge = column % board == 0 || column % board == 1;
        for row in 0..height {
            // Grain: faint streaks along the board.
            let grain = (column * 31 + row / 23 * 17 + number * 13).is_multiple_of(11);
            let colour = if edge {
                darker(darker(shade))
            } else if grain {
                mix(shade, darker(shade), 1, 3)
            } else {
                shade
            };
            canvas.set(x + column, y + row, colour);
        }
    }
}

fn building(canvas: &mut Canvas, scene: &Scene, x: usize, width: usize, horizon: usize) {
    let (height, top) = (210, horizon - 160);
    boards(canvas, x, top, width, height, 18, scene.cladding);
    let roof = if scene.green_roof { [96, 128, 66] } else { darker(darker(scene.cladding)) };
    canvas.fill(x.saturating_sub(24), top - 22, width + 48, 22, roof);
    if scene.green_roof {
        for tuft in (0..width + 48).step_by(9) {
            canvas.triangle(x.saturating_sub(24) + tuft, top - 21, 5, 6 + tuft * 7 % 13, [120, 152, 80]);
        }
    }
    let glass = if scene.lit { LAMP } else { GLASS };
    let (frame, door) = (darker(PINE), width * 2 / 5);
    for (left, wide) in [(x + 36, door), (x + 60 + door, width.saturating_sub(door + 110))] {
        let (y, tall) = (top + 34, 150);
        canvas.fill(left, y, wide, tall, frame);
        for pane in 0..2 {
            let half = wide.saturating_sub(18) / 2;
            canvas.fill(left + 6 + pane * (half + 6), y + 6, half, tall - 12, glass);
        }
    }
    canvas.fill(x.saturating_sub(40), top + height, width + 110, 14, mix(LARCH, SILVER, 1, 2));
    for post in (x..x + width).step_by(90) {
        canvas.fill(post, top + height + 14, 8, 22, [110, 114, 116]);
    }
}

/// A house and a pine on the brand's green.
fn logo() -> Canvas {
    let mut canvas = Canvas::new(LOGO, LOGO, PINE);
    canvas.triangle(96, 120, 72, 62, SAND);
    canvas.fill(44, 120, 104, 76, SAND);
    canvas.fill(82, 146, 28, 50, PINE);
    canvas.triangle(192, 170, 34, 110, [181, 101, 43]);
    canvas.fill(187, 170, 10, 26, [181, 101, 43]);
    canvas.fill(28, 196, 200, 8, [181, 101, 43]);
    canvas
}

fn encode(canvas: &Canvas) -> Bytes {
    let mut bytes = Vec::new();
    let (width, height) = (u32::try_from(canvas.width).unwrap_or(0), u32::try_from(canvas.height).unwrap_or(0));
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&canvas.pixels));
    if let Err(error) = written {
        // Only a full memory could fail here; the site then has a picture less.
        tracing::warn!(%error, "a picture of the sample site could not be encoded");
    }
    bytes.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_is_a_png_of_its_size() {
        for file in SCENES.iter().map(|scene| scene.file).chain(["logo.png"]) {
            let bytes = png(file).unwrap();
            assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.len() > 1_000, "{file}");
        }
        assert!(png("nothing.png").is_none());
    }
}
