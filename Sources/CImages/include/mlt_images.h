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
};

/// Reads a PNG file's size.
struct mlt_image_size mlt_png_size(const uint8_t *_Nonnull bytes, size_t count);

/// Reads a PNG file's pixels as red, green, blue and alpha, a byte each, row by row from the top.
///
/// `pixels` has room for 4 * width * height bytes, as `mlt_png_size` said. Returns whether all of it could be read.
int mlt_png_read(const uint8_t *_Nonnull bytes, size_t count, uint8_t *_Nonnull pixels, size_t room);

/// Reads a JPEG file's size.
struct mlt_image_size mlt_jpeg_size(const uint8_t *_Nonnull bytes, size_t count);

/// Reads a JPEG file's pixels, as `mlt_png_read` does.
int mlt_jpeg_read(const uint8_t *_Nonnull bytes, size_t count, uint8_t *_Nonnull pixels, size_t room);

#endif
