package io.canvass.raft.planted;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/**
 * Compiles changed source files, and them alone, against everything else as it is. A compile-time constant stands in
 * the class files of those who use it: a fault changes the place of use, not the constant.
 */
final class Recompiler {
    private static final List<String> OPTIONS = List.of("-proc:none", "-nowarn", "-parameters", "-g");

    private Recompiler() {}

    /** @return class files by binary name */
    static Map<String, byte[]> compile(Fault fault) {
        List<JavaFileObject> sources =
                fault.changes().stream().map(Recompiler::changed).toList();
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager standard = javac.getStandardFileManager(null, null, StandardCharsets.UTF_8);
                InMemory files = new InMemory(standard)) {
            standard.setLocationFromPaths(StandardLocation.CLASS_PATH, classPath());
            if (!javac.getTask(said, files, null, OPTIONS, null, sources).call()) {
                throw new PlantedFaultException(fault + " does not compile:\n" + said);
            }
            return files.classes();
        } catch (IOException e) {
            throw new PlantedFaultException(fault + " could not be compiled", e);
        }
    }

    private static List<Path> classPath() {
        String given = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return List.of(given.split(System.getProperty("path.separator"), -1)).stream().map(Path::of).toList();
    }

    private static JavaFileObject changed(SourceChange change) {
        Path file = Path.of(change.file());
        try {
            String source = change.applyTo(Files.readString(file));
            return new SimpleJavaFileObject(file.toUri(), JavaFileObject.Kind.SOURCE) {
                @Override
                public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                    return source;
                }
            };
        } catch (IOException e) {
            throw new PlantedFaultException(file + " cannot be read", e);
        }
    }

    /** Keeps what the compiler writes. */
    private static final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
        private final Map<String, ByteArrayOutputStream> written = new HashMap<>();

        InMemory(JavaFileManager standard) {
            super(standard);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            URI uri = URI.create("memory:///" + className.replace('.', '/') + kind.extension);
            return new SimpleJavaFileObject(uri, kind) {
                @Override
                public OutputStream openOutputStream() {
                    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                    written.put(className, bytes);
                    return bytes;
                }
            };
        }

        Map<String, byte[]> classes() {
            Map<String, byte[]> classes = new HashMap<>();
            written.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
            return classes;
        }
    }
}
