#include "mlt_images.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>

/// What is left of a PNG file in memory.
struct png_rest {
  const uint8_t *bytes;
  size_t count;
};

static void read_rest(png_structp png, png_bytep target, size_t count) {
  struct png_rest *rest = png_get_io_ptr(png);
  if (count > rest->count) png_error(png, "cut off");
  memcpy(target, rest->bytes, count);
  rest->bytes += count;
  rest->count -= count;
}

static void leave_png(png_structp png, png_const_charp message) {
  (void)message;
  png_longjmp(png, 1);
}

static void ignore_png(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

struct mlt_image_size mlt_png_size(const uint8_t *bytes, size_t count) {
  // What is changed after setjmp and read after a jump must be in memory.
  volatile struct mlt_image_size size = {0, 0, 0};
  struct png_rest rest = {bytes, count};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, leave_png, ignore_png);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (info && setjmp(png_jmpbuf(png)) == 0) {
    png_set_read_fn(png, &rest, read_rest);
    png_read_info(png, info);
    size.width = png_get_image_width(png, info);
    size.height = png_get_image_height(png, info);
    size.depth = png_get_bit_depth(png, info);
  }
  png_destroy_read_struct(&png, &info, NULL);
  return (struct mlt_image_size){size.width, size.height, size.depth};
}

int mlt_png_read(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t room, int depth) {
  volatile int is_read = 0;
  struct png_rest rest = {bytes, count};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, leave_png, ignore_png);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (info && setjmp(png_jmpbuf(png)) == 0) {
    png_set_read_fn(png, &rest, read_rest);
    png_read_info(png, info);
    // Palettes, fewer bits and transparent colours become channels; grey becomes three of them.
    png_set_expand(png);
    png_set_gray_to_rgb(png);
    png_set_add_alpha(png, depth == 16 ? 0xFFFF : 0xFF, PNG_FILLER_AFTER);
    if (depth == 16) {
      png_set_expand_16(png);
      const uint16_t one = 1;
      if (*(const uint8_t *)&one == 1) png_set_swap(png);
    }
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    size_t stride = png_get_rowbytes(png, info);
    size_t height = png_get_image_height(png, info);
    if (stride == (size_t)png_get_image_width(png, info) * 4 * depth / 8 && stride * height == room) {
      for (int pass = 0; pass < passes; pass++) {
        for (size_t row = 0; row < height; row++) png_read_row(png, pixels + stride * row, NULL);
      }
      is_read = 1;
    }
  }
  png_destroy_read_struct(&png, &info, NULL);
  return is_read;
}

struct jpeg_failure {
  struct jpeg_error_mgr manager;
  jmp_buf place;
};

static void leave(j_common_ptr info) {
  struct jpeg_failure *failure = (struct jpeg_failure *)info->err;
  longjmp(failure->place, 1);
}

// A warning means that the data is damaged; the pixels are made up then.
static void count_warnings(j_common_ptr info, int level) {
  if (level < 0) info->err->num_warnings++;
}

static void print_nothing(j_common_ptr info) { (void)info; }

static void begin(struct jpeg_decompress_struct *info, struct jpeg_failure *failure) {
  info->err = jpeg_std_error(&failure->manager);
  failure->manager.error_exit = leave;
  failure->manager.emit_message = count_warnings;
  failure->manager.output_message = print_nothing;
}

struct mlt_image_size mlt_jpeg_size(const uint8_t *bytes, size_t count) {
  volatile struct mlt_image_size size = {0, 0, 0};
  struct jpeg_decompress_struct info;
  struct jpeg_failure failure;
  memset(&info, 0, sizeof info);
  begin(&info, &failure);
  if (setjmp(failure.place) == 0) {
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, bytes, count);
    if (jpeg_read_header(&info, TRUE) == JPEG_HEADER_OK) {
      size.width = info.image_width;
      size.height = info.image_height;
      size.depth = 8;
    }
  }
  jpeg_destroy_decompress(&info);
  return (struct mlt_image_size){size.width, size.height, size.depth};
}

int mlt_jpeg_read(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t room) {
  // What is changed after setjmp and read after a jump must be in memory.
  volatile int is_read = 0;
  struct jpeg_decompress_struct info;
  struct jpeg_failure failure;
  memset(&info, 0, sizeof info);
  begin(&info, &failure);
  if (setjmp(failure.place) == 0) {
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, bytes, count);
    if (jpeg_read_header(&info, TRUE) == JPEG_HEADER_OK) {
      // The extended colour spaces are libjpeg-turbo's; from four colours there is no way to three.
      info.out_color_space = info.num_components == 4 ? JCS_CMYK : JCS_EXT_RGBA;
      jpeg_start_decompress(&info);
      size_t stride = (size_t)info.output_width * 4;
      if (info.output_components == 4 && stride * info.output_height == room) {
        while (info.output_scanline < info.output_height) {
          JSAMPROW row = pixels + stride * info.output_scanline;
          jpeg_read_scanlines(&info, &row, 1);
        }
        jpeg_finish_decompress(&info);
        is_read = info.err->num_warnings > 0 ? 2 : 1;
      }
    }
  }
  jpeg_destroy_decompress(&info);
  return is_read;
}
