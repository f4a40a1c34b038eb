import GitAccess
import Testing

@Suite struct RemoteURLTests {
  @Test(
    "a URL loses what gives access and keeps the place",
    arguments: [
      ("https://example.org/a.git", "https://example.org/a.git"),
      ("https://ann@example.org/a.git", "https://example.org/a.git"),
      ("https://ann:secret@example.org/a.git", "https://example.org/a.git"),
      ("https://ann:p@ss@example.org/a.git", "https://example.org/a.git"),
      ("https://ann:p/a:ss@example.org/a.git", "https://example.org/a.git"),
      ("https://ann:p?ss#x@example.org/a.git", "https://example.org/a.git"),
      ("https://ghp_token@example.org/a.git", "https://example.org/a.git"),
      ("https://oauth2:token@example.org:8443/a.git", "https://example.org:8443/a.git"),
      ("https://:token@example.org/a.git", "https://example.org/a.git"),
      ("https://x-access-token:t%40k@example.org/a", "https://example.org/a"),
      ("https://example.org/a.git?private_token=secret", "https://example.org/a.git"),
      ("https://example.org/a.git?b=c#access_token=secret", "https://example.org/a.git"),
      ("https://example.org/a@v2/b.git", "https://example.org/a@v2/b.git"),
      ("https://example.org:443/a@v2/b.git", "https://example.org:443/a@v2/b.git"),
      ("HTTPS://ann:secret@example.org/a.git", "HTTPS://example.org/a.git"),
      ("http://ann:secret@[::1]:80/a.git", "http://[::1]:80/a.git"),
      ("http://[::1]/a@b.git", "http://[::1]/a@b.git"),
      ("ftp://ann:secret@example.org/a", "ftp://example.org/a"),
      ("ssh://git@example.org/a.git", "ssh://git@example.org/a.git"),
      ("ssh://git:secret@example.org:22/a.git", "ssh://git@example.org:22/a.git"),
      ("git+ssh://git:secret@example.org/a", "git+ssh://git@example.org/a"),
      ("ssh://:secret@example.org/a", "ssh://example.org/a"),
      ("git@example.org:team/a.git", "git@example.org:team/a.git"),
      ("example.org:a.git", "example.org:a.git"),
      ("ann:secret@example.org:a.git", "ann@example.org:a.git"),
      ("git@example.org:team/a@v2.git", "git@example.org:team/a@v2.git"),
      ("git://example.org/a.git", "git://example.org/a.git"),
      ("file:///srv/a.git", "file:///srv/a.git"),
      ("/srv/what?/a@b:c.git", "/srv/what?/a@b:c.git"),
      ("../a.git", "../a.git"),
      ("ext::https://ann:secret@example.org/a", "ext::https://example.org/a"),
      ("codecommit::eu-west-1://profile@a", "codecommit::eu-west-1://a"),
      ("https://", "https://"),
      ("https://@", "https://"),
      ("://a@b", "://a@b"),
      ("", ""),
    ])
  func stripped(url: String, expected: String) {
    #expect(RemoteURL.withoutCredentials(url) == expected)
  }
}
