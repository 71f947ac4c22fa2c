"""Pages for people, made on the server: the same questions and commands as the API's, in the reader's language."""
