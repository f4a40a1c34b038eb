#include "mlt_images.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>

struct mlt_image_size mlt_png_size(const uint8_t *bytes, size_t count) {
  struct mlt_image_size size = {0, 0};
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&image, bytes, count)) {
    size.width = image.width;
    size.height = image.height;
  }
  png_image_free(&image);
  return size;
}

int mlt_png_read(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t room) {
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  int is_read = 0;
  if (png_image_begin_read_from_memory(&image, bytes, count)) {
    image.format = PNG_FORMAT_RGBA;
    if ((size_t)image.width * image.height * 4 == room) {
      // A warning leaves the pixels usable.
      is_read = png_image_finish_read(&image, NULL, pixels, 0, NULL) && !(image.warning_or_error & 2);
    }
  }
  png_image_free(&image);
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

static void keep_silent(j_common_ptr info, int level) {
  (void)info;
  (void)level;
}

static void print_nothing(j_common_ptr info) { (void)info; }

static void begin(struct jpeg_decompress_struct *info, struct jpeg_failure *failure) {
  info->err = jpeg_std_error(&failure->manager);
  failure->manager.error_exit = leave;
  failure->manager.emit_message = keep_silent;
  failure->manager.output_message = print_nothing;
}

struct mlt_image_size mlt_jpeg_size(const uint8_t *bytes, size_t count) {
  struct mlt_image_size size = {0, 0};
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
    }
  }
  jpeg_destroy_decompress(&info);
  return size;
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
        is_read = 1;
      }
    }
  }
  jpeg_destroy_decompress(&info);
  return is_read;
}
