package io.canvass.raft.planted;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * The whole of {@code io.canvass.raft}, its tests included, with one fault in it. What is inside shares no class with
 * what is outside but the JDK's and the libraries', so the two talk in lists of strings.
 */
public final class Variant {
    private final VariantLoader loader;

    private Variant(String name, Map<String, byte[]> changed) {
        loader = new VariantLoader(name, changed, Variant.class.getClassLoader());
    }

    /**
     * Compiles the fault.
     *
     * @throws PlantedFaultException if it does not fit the source as it is, or does not compile
     */
    public static Variant of(Fault fault) {
        return new Variant(fault.name(), Recompiler.compile(fault));
    }

    /** The source as it is, loaded as variants are: what finds a fault in this is no use. */
    public static Variant unchanged() {
        return new Variant("unchanged", Map.of());
    }

    /** A class of this variant. */
    public Class<?> load(String className) {
        try {
            return loader.loadClass(className);
        } catch (ClassNotFoundException e) {
            throw new PlantedFaultException("There is no " + className, e);
        }
    }

    /**
     * Has something done inside, on a thread of its own whose context class loader is the variant's.
     *
     * @param className a public {@code Function<List<String>, List<String>>}; its public constructor takes nothing
     * @throws TimeoutException if it takes longer; its thread is a daemon, and is left behind
     */
    public List<String> ask(String className, List<String> arguments, Duration atMost) throws TimeoutException {
        CompletableFuture<List<String>> answer = new CompletableFuture<>();
        Thread thread = new Thread(() -> answer(answer, className, arguments), loader.getName());
        thread.setContextClassLoader(loader);
        thread.setDaemon(true);
        thread.start();
        try {
            return answer.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlantedFaultException("Interrupted while " + className + " was at work", e);
        } catch (ExecutionException e) {
            throw new PlantedFaultException(className + " failed with " + arguments, e);
        } finally {
            thread.interrupt();
        }
    }

    @SuppressWarnings("unchecked") // What ask() asks for.
    private void answer(CompletableFuture<List<String>> answer, String className, List<String> arguments) {
        try {
            Object made = load(className).getConstructor().newInstance();
            answer.complete(((Function<List<String>, List<String>>) made).apply(arguments));
        } catch (ReflectiveOperationException | RuntimeException | Error e) {
            answer.completeExceptionally(e);
        }
    }
}
