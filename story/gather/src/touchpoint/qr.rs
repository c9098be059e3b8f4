//! The picture of a link: QR code, model 2, error correction M, with the quiet zone of four
//! modules that scanners need.
use qrcode::{Color, EcLevel, QrCode};
use weir_ground::base::{Problem, Result};

const QUIET: usize = 4;

fn modules(text: &str) -> Result<(usize, Vec<bool>)> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(Problem::internal)?;
    Ok((code.width(), code.to_colors().into_iter().map(|c| c == Color::Dark).collect()))
}

/// One unit a module; scales to any size.
pub fn svg(text: &str) -> Result<String> {
    let (width, dark) = modules(text)?;
    let mut path = String::new();
    for y in 0..width {
        let mut x = 0;
        while x < width {
            let run = dark[y * width + x..(y + 1) * width].iter().take_while(|d| **d).count();
            if run > 0 {
                path.push_str(&format!("M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET));
            }
            x += run.max(1);
        }
    }
    let side = width + 2 * QUIET;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path d=\"{path}\"/></svg>"
    ))
}

/// Exactly `size` × `size` pixels; modules are whole pixels, what is left over is margin.
pub fn png(text: &str, size: usize) -> Result<Vec<u8>> {
    let (width, dark) = modules(text)?;
    let scale = size / (width + 2 * QUIET);
    if scale == 0 {
        return Err(Problem::field("size", format!("this code needs at least {} pixels", width + 2 * QUIET)));
    }
    let margin = (size - scale * width) / 2;
    let mut pixels = vec![255u8; size * size];
    for (i, _) in dark.iter().enumerate().filter(|(_, d)| **d) {
        let (left, top) = (margin + i % width * scale, margin + i / width * scale);
        for row in pixels[top * size..(top + scale) * size].chunks_mut(size) {
            row[left..left + scale].fill(0);
        }
    }
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, size as u32, size as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(Problem::internal)?;
    writer.write_image_data(&pixels).map_err(Problem::internal)?;
    writer.finish().map_err(Problem::internal)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_pictures_show_the_same_modules() {
        let link = "https://shop.example/c/0123456789abcdefX";
        let (width, dark) = modules(link).unwrap();
        let side = width + 2 * QUIET;
        let mut reader = png::Decoder::new(std::io::Cursor::new(png(link, side * 3 + 1).unwrap())).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width as usize, info.height as usize), (side * 3 + 1, side * 3 + 1));
        let margin = (side * 3 + 1 - 3 * width) / 2;
        let at = |x: usize, y: usize| pixels[(margin + y * 3 + 1) * info.width as usize + margin + x * 3 + 1] == 0;
        assert!((0..width * width).all(|i| at(i % width, i / width) == dark[i]));
        let runs = svg(link).unwrap();
        let ink: usize = runs.split("v1h-").skip(1).filter_map(|r| r.split('z').next()?.parse::<usize>().ok()).sum();
        assert_eq!(ink, dark.iter().filter(|d| **d).count());
        assert!(png(link, 20).is_err());
    }
}
