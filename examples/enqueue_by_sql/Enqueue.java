// Puts a document into the outbox in the same transaction as the agency's own change.
//
//   java -cp postgresql.jar Enqueue.java URL RESSURS FILE [CORRELATION]
//
// Needs PostgreSQL's JDBC driver (Debian: libpostgresql-jdbc-java).  Prints the message's id.

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;

public final class Enqueue {
  public static void main(String[] args) throws Exception {
    if (args.length < 3) {
      System.err.println("usage: Enqueue.java URL RESSURS FILE [CORRELATION]");
      System.exit(2);
    }
    byte[] document = Files.readAllBytes(Path.of(args[2]));
    try (Connection db = DriverManager.getConnection(args[0])) {
      db.setAutoCommit(false); // closed before commit(), it takes all back
      try (Statement own = db.createStatement()) {
        own.executeUpdate("INSERT INTO sak (avgjort) VALUES (now())");
      }
      String message;
      try (PreparedStatement enqueue =
          db.prepareStatement(
              "SELECT utboks.enqueue(?::text, ?::bytea, correlation => ?::text)")) {
        enqueue.setString(1, args[1]);
        enqueue.setBytes(2, document);
        enqueue.setString(3, args.length > 3 ? args[3] : null);
        try (ResultSet row = enqueue.executeQuery()) {
          row.next();
          message = row.getString(1);
        }
      }
      db.commit();
      System.out.println(message);
    }
  }
}
