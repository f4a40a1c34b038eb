import Lineage
import Testing

@Suite struct RedactionTests {
  private let redaction = Redaction(environment: ["DB_PASSWORD": "hunter22", "SHORT_TOKEN": "abc", "NAME": "visible"])

  @Test(
    "options and assignments whose name tells of a credential lose their value",
    arguments: [
      (["tool", "--password", "x1"], ["tool", "--password", "[redacted]"]),
      (["tool", "--api-key=x1"], ["tool", "--api-key=[redacted]"]),
      (["tool", "SECRET_KEY=x1"], ["tool", "SECRET_KEY=[redacted]"]),
      (["tool", "--token", "--verbose"], ["tool", "--token", "--verbose"]),
      (["tool", "--tokenizer", "bert"], ["tool", "--tokenizer", "bert"]),
      (["tool", "--max-tokens", "512"], ["tool", "--max-tokens", "512"]),
      (["tool", "--depth", "5"], ["tool", "--depth", "5"]),
      (["tool", "--token-dim", "64", "tokens=1e5"], ["tool", "--token-dim", "64", "tokens=1e5"]),
      (["tool", "--token", "12345678", "pass=1234"], ["tool", "--token", "[redacted]", "pass=[redacted]"]),
      (["sh", "-c", "x; use_token=true api_key=a1 t"], ["sh", "-c", "x; use_token=true api_key=[redacted] t"]),
      (["curl", "-H", "Authorization: Bearer abcdef123456"], ["curl", "-H", "Authorization: Bearer [redacted]"]),
      (
        ["sh", "-c", "c -H 'authorization: bearer abcdef123456'; c -H 'Authorization: Basic abcdef123456'"],
        ["sh", "-c", "c -H 'authorization: bearer [redacted]'; c -H 'Authorization: Basic [redacted]'"]
      ),
    ])
  func options(_ arguments: [String], expected: [String]) {
    #expect(redaction.arguments(arguments) == expected)
  }

  @Test("what a telling variable of the environment holds is taken out everywhere")
  func environment() {
    #expect(redaction.text("use hunter22, twice: hunter22") == "use [redacted], twice: [redacted]")
    #expect(redaction.text("visible abc") == "visible abc")
  }

  @Test("the working directory, whose variable is called as passwords are, is kept")
  func workingDirectory() {
    let redaction = Redaction(environment: ["PWD": "/home/ada/project", "OLDPWD": "/home/ada", "DB_PWD": "hunter22"])
    #expect(redaction.arguments(["sh", "/home/ada/project/s.sh"]) == ["sh", "/home/ada/project/s.sh"])
    #expect(redaction.text("hunter22") == "[redacted]")
  }

  @Test(
    "passwords in URLs and tokens of known forms are taken out of text",
    arguments: [
      ("postgres://ada:pw@host/db", "postgres://ada:[redacted]@host/db"),
      ("https://ada@host/a@b:c", "https://ada@host/a@b:c"), ("http://host:80/x", "http://host:80/x"),
      ("a://b:c@d e://f:g@h", "a://b:[redacted]@d e://f:[redacted]@h"),
      ("key ghp_0123456789abcdefghijkl!", "key [redacted]!"), ("sk-short", "sk-short"),
      ("https://a.example/f?sig=abc%3D#top", "https://a.example/f?sig=[redacted]#top"),
      ("--design=a sig-nal=b", "--design=a sig-nal=b"),
    ])
  func text(_ text: String, expected: String) {
    #expect(redaction.text(text) == expected)
  }

  @Test("named values lose those whose name tells of a credential, and keep their names")
  func values() {
    #expect(
      redaction.values(["password": "x", "depth": "5", "url": "s3://k:v@b", "token": ""])
        == ["password": "[redacted]", "depth": "5", "url": "s3://k:[redacted]@b", "token": ""])
  }
}
