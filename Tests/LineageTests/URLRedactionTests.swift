import Lineage
import Testing

@Suite struct URLRedactionTests {
  private let redaction = Redaction(environment: [:])

  @Test(
    "values whose name says that they give access are taken out of queries and fragments",
    arguments: [
      (
        "https://a.example/f?sv=2024&sr=b&se=2026-11-20&sp=r&sig=abc%3D&page=2",
        "https://a.example/f?sv=[redacted]&sr=[redacted]&se=[redacted]&sp=[redacted]&sig=[redacted]&page=2"
      ),
      ("https://a.example/f?sp=1&sr=de", "https://a.example/f?sp=1&sr=de"),
      ("s3://b/k?X-Amz-Signature=f00&X-Amz-Date=1", "s3://b/k?X-Amz-Signature=[redacted]&X-Amz-Date=[redacted]"),
      ("gs://b/k?X-Goog-Credential=a%40b&generation=7", "gs://b/k?X-Goog-Credential=[redacted]&generation=7"),
      ("https://a.example/?key=abc;code=xyz", "https://a.example/?key=[redacted];code=[redacted]"),
      ("https://a.example/?request_signature=abc", "https://a.example/?request_signature=[redacted]"),
      ("https://a.example/?client%5Fsecret=abc", "https://a.example/?client%5Fsecret=[redacted]"),
      (
        "https://a.example/cb#access_token=abc&state=open",
        "https://a.example/cb#access_token=[redacted]&state=open"
      ),
      ("https://a.example/?token=", "https://a.example/?token="),
    ])
  func names(_ text: String, expected: String) {
    #expect(redaction.text(text) == expected)
    #expect(redaction.text(expected) == expected)
  }

  @Test(
    "values that look drawn are taken out whatever they are called, also without a name",
    arguments: [
      ("https://a.example/?h=9fK2mQ7xT4bV8nW3cZ6pL1sD5gH0jR", "https://a.example/?h=[redacted]"),
      ("https://a.example/?9fK2mQ7xT4bV8nW3cZ6pL1sD5gH0jR", "https://a.example/?[redacted]"),
      ("https://a.example/#9fK2mQ7xT4bV8nW3cZ6pL1sD5gH0jR", "https://a.example/#[redacted]"),
      ("https://a.example/?u=eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln", "https://a.example/?u=[redacted]"),
      ("https://a.example/?m=d41d8cd98f00b204e9800998ecf8427e", "https://a.example/?m=[redacted]"),
      ("https://a.example/?q=9fK2mQ7x%2BT4bV8nW%2F3cZ6pL1sD5gH0jR%3D", "https://a.example/?q=[redacted]"),
      ("https://9fK2mQ7xT4bV8nW3cZ6pL1sD5gH0jR@a.example/", "https://[redacted]@a.example/"),
      (
        "https://a.example/?to=https%3A%2F%2Fb.example%2F%3Fsig%3Dabc", "https://a.example/?to=[redacted]"
      ),
    ])
  func forms(_ text: String, expected: String) {
    #expect(redaction.text(text) == expected)
    #expect(redaction.text(expected) == expected)
  }

  @Test(
    "what tells one thing from another stays",
    arguments: [
      "https://a.example/search?q=blue%20shoes&page=3&region=eu#results",
      "s3://b/k?versionId=9fK2mQ7xT4bV8nW3cZ6pL1sD5gH0jR",
      "https://a.example/f?sha256=d41d8cd98f00b204e9800998ecf8427e",
      "https://a.example/f?row=550e8400-e29b-41d4-a716-446655440000",
      "https://a.example/f?dataset=MyLongDatasetName2024Version3&from=2026-09-01",
      "https://a.example/f?prefix=year=2024/month=01/part-00001-of-00200.parquet",
      "https://a.example/f?to=https%3A%2F%2Fb.example%2F%3Fpage%3D2", "postgres://ada@host/db?sslmode=require",
      "https://a.example/9fK2mQ7xT4bV8nW3cZ6pL1sD5gH0jR", "no URL: a?b=c",
    ])
  func ordinary(_ text: String) {
    #expect(redaction.text(text) == text)
  }

  @Test("a URL ends where the text around it goes on")
  func around() {
    #expect(
      redaction.text("curl 'https://a.example/?key=abc' > out; see https://b.example/?page=1 and #7")
        == "curl 'https://a.example/?key=[redacted]' > out; see https://b.example/?page=1 and #7")
  }
}
