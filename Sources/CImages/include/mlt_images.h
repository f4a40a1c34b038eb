/// Reading of pictures, for `ContentComparison`: mechanism only.
///
/// libjpeg reports errors by a jump out of the middle of its functions, which Swift code can't take part in; libpng's
/// simplified interface is macros in good part. So both have a function here, which leaves nothing behind either way.

#ifndef MLT_IMAGES_H
#define MLT_IMAGES_H

#include <stddef.h>
#include <stdint.h>

/// The size of a picture.
struct mlt_image_size {
  /// Its width in pixels; 0 if the bytes are no picture that can be read.
  uint32_t width;
  /// Its height in pixels.
  uint32_t height;
  /// How many bits a channel has: 16, or at most 8.
  uint32_t depth;
};

/// Reads a PNG file's size.
struct mlt_image_size mlt_png_size(const uint8_t *_Nonnull bytes, size_t count);

/// Reads a PNG file's pixels as red, green, blue and alpha, row by row from the top, as they are stored: neither gamma
/// nor a colour profile is applied.
///
/// `depth` is 8 for a byte each, or 16 for two in the machine's order; with 8, what is stored with 16 can't be read.
/// `pixels` has `room` bytes: 4 * width * height * depth / 8, as `mlt_png_size` said. Returns 1 if all of it could be
/// read, and else 0.
int mlt_png_read(
    const uint8_t *_Nonnull bytes, size_t count, uint8_t *_Nonnull pixels, size_t room, int depth);

/// Reads a JPEG file's size.
struct mlt_image_size mlt_jpeg_size(const uint8_t *_Nonnull bytes, size_t count);

/// Reads a JPEG file's pixels, a byte each, as `mlt_png_read` does.
///
/// Returns 2 if the file is damaged or cut off, and libjpeg made up what is missing.
int mlt_jpeg_read(const uint8_t *_Nonnull bytes, size_t count, uint8_t *_Nonnull pixels, size_t room);

#endif
