"""What the user asks for: study files, their settings and the rules of each."""
