package io.canvass.raft.planted;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;

/**
 * Loads everything of {@code io.canvass.raft}, and of a service, itself, the changed classes first, the others from where they are; all
 * else comes from its parent. So each variant is a world of its own, static state included, and shares only libraries.
 */
final class VariantLoader extends ClassLoader {
    private static final List<String> OWN = List.of("io.canvass.raft.", "io.canvass.kv.");

    private final Map<String, byte[]> changed;

    VariantLoader(String name, Map<String, byte[]> changed, ClassLoader parent) {
        super(name, parent);
        this.changed = Map.copyOf(changed);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (OWN.stream().noneMatch(name::startsWith)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        byte[] code = changed.get(name);
        if (code == null) {
            code = unchanged(name);
        }
        return defineClass(name, code, 0, code.length);
    }

    private byte[] unchanged(String name) throws ClassNotFoundException {
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }
}
