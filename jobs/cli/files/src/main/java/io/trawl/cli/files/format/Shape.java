package io.trawl.cli.files.format;

/** How a line is built, whatever its values are: words, texts in quotes and brackets, and what is between them. */
final class Shape {
    private static final int LONGEST = 64;

    private Shape() {}

    /** How many columns with spaces between them a line of a shape has; 1 for JSON. */
    static int columns(String shape) {
        return 1 + (int) shape.chars().filter(c -> c == ' ').count();
    }

    /** Of equal shapes are lines that differ in words and in what is in quotes or brackets. */
    static String of(byte[] line) {
        if (line.length > 0 && line[0] == '{') {
            return "{";
        }
        StringBuilder shape = new StringBuilder();
        for (int i = 0; i < line.length && shape.length() < LONGEST; i++) {
            byte b = line[i];
            boolean begins = shape.length() == 0 || shape.charAt(shape.length() - 1) != 'w';
            byte closes = b == '"' ? (byte) '"' : b == '[' ? (byte) ']' : 0;
            if (closes != 0 && begins) {
                int end = i + 1;
                while (end < line.length && line[end] != closes) {
                    end += closes == '"' && line[end] == '\\' ? 2 : 1;
                }
                shape.append((char) b);
                i = end;
            } else if (b == ' ' || b == '\t' || b == ',' || b == '|' || b == ';') {
                if (shape.length() == 0 || b != ' ' || shape.charAt(shape.length() - 1) != ' ') {
                    shape.append((char) b);
                }
            } else if (begins) {
                shape.append('w');
            }
        }
        return shape.toString();
    }
}
