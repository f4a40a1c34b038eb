/// Takes the place of mbed TLS's function that reads a file of certificates, and reads none.
///
/// libgit2 built with mbed TLS (Debian's is) parses all of the system's certificates when it starts, which takes longer than
/// everything else that a short command does. No code here opens a connection through libgit2; if some ever did, it
/// would trust no certificate and fail. Where libgit2 is built with another library nothing calls this
/// (`docs/decisions/0041-no-certificates.md`).
///
/// - Returns: 0, mbed TLS's sign that all certificates were read.
@c(mbedtls_x509_crt_parse_file)
package func certificatesOfFile(_ chain: UnsafeMutableRawPointer?, _ path: UnsafePointer<CChar>?) -> CInt {
  0
}
